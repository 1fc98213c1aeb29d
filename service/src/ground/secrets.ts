// The signing keys of an installation, each for one purpose: derived from a master secret, or made by a rotation.
import {
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'

export interface SigningKey {
  /** Names the key in what it signed, so that a later one can take over. */
  kid: string
  /** Held as Node's own, which is five times faster to sign with than bytes. */
  key: KeyObject
}

export const PURPOSES = ['tickets', 'upload_tokens', 'cursors', 'media'] as const
export type Purpose = (typeof PURPOSES)[number]

/** The installation's master secrets: the first one seals, all of them open and verify. */
export type Masters = readonly [string, ...string[]]

/** Enough of a key's hash to tell it from others, and nothing of the key. */
export const kidOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8)

export const signingKeyOf = (key: Buffer): SigningKey => ({ kid: kidOf(key), key: createSecretKey(key) })

/** Derives (RFC 5869) 32 bytes that serve one purpose alone. */
export const deriveBytes = (master: string, label: string): Buffer =>
  Buffer.from(hkdfSync('sha256', master, '', `herbarium ${label} v1`, 32))

/** What signs until keys of its own are made for a purpose. */
export const derivedKey = (master: string, purpose: Purpose): SigningKey =>
  signingKeyOf(deriveBytes(master, purpose.replace('_', ' ')))

/** HMAC-SHA256 in base64url. */
export const sign = ({ key }: SigningKey, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url')

/** Compares in constant time. */
export const isSignedBy = (signing: SigningKey, text: string, mac: string): boolean =>
  isSame(sign(signing, text), mac)

/** Whether two strings are equal, in a time that depends on their lengths alone. */
export const isSame = (a: string, b: string): boolean => {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
