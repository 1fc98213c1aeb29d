// Claims in a URL or a header: anyone can read them, only the holder of a signing key can make them.
import { isSignedBy, type SigningKey, sign } from './secrets.ts'

/** `<version>.<key id>.<claims in base64url>.<mac>`; no claim may hold a dot. The same claims give the same text. */
export function signClaims(key: SigningKey, version: string, claims: (string | number)[]): string {
  const body = `${version}.${key.kid}.${Buffer.from(claims.join('.')).toString('base64url')}`
  return `${body}.${sign(key, body)}`
}

/** The claims, or undefined for a text that this key did not sign in this version. */
export function readClaims(key: SigningKey, version: string, text: string): string[] | undefined {
  const [ownVersion, kid, payload, mac, ...rest] = text.split('.')
  if (ownVersion !== version || kid !== key.kid || payload === undefined || mac === undefined)
    return undefined
  if (rest.length > 0 || !isSignedBy(key, `${version}.${kid}.${payload}`, mac)) return undefined
  return Buffer.from(payload, 'base64url').toString().split('.')
}
