// Claims in a URL or a header: anyone can read them, only the holder of a signing key can make them.
import type { Keyring } from './keyring.ts'
import { isSignedBy, type SigningKey, sign } from './secrets.ts'

/** `<version>.<key id>.<claims in base64url>.<mac>`; no claim may hold a dot. The same claims give the same text. */
export function signClaims(key: SigningKey, version: string, claims: (string | number)[]): string {
  const body = `${version}.${key.kid}.${Buffer.from(claims.join('.')).toString('base64url')}`
  return `${body}.${sign(key, body)}`
}

/** The claims, or undefined for a text that no key of the ring signed in this version. */
export function readClaims(ring: Pick<Keyring, 'find'>, version: string, text: string): string[] | undefined {
  const [ownVersion, kid, payload, mac, ...rest] = text.split('.')
  if (ownVersion !== version || kid === undefined || payload === undefined || mac === undefined)
    return undefined
  const key = ring.find(kid)
  if (key === undefined || rest.length > 0 || !isSignedBy(key, `${version}.${kid}.${payload}`, mac))
    return undefined
  return Buffer.from(payload, 'base64url').toString().split('.')
}

/** What `read` makes of a signed text; asked once more where the text names a key that was not met here before. */
export async function readLearning<T>(
  ring: Pick<Keyring, 'learn'>,
  text: string,
  read: (text: string) => T | undefined,
): Promise<T | undefined> {
  return read(text) ?? ((await ring.learn(text.split('.')[1] ?? '')) ? read(text) : undefined)
}
