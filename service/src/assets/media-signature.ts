// The signature in the URL of private media: it opens one asset until the second that stands beside it.
import { deadMediaUrl } from '../ground/errors.ts'
import type { Keyring } from '../ground/keyring.ts'
import { isSignedBy, type SigningKey, sign } from '../ground/secrets.ts'

/** What a URL's query says; anything, where a stranger wrote it. */
interface Said {
  expires?: unknown
  signature?: unknown
}

/** The query of a URL that is good until `expires`, in unix seconds: a pure function of all three. */
export const signedQuery = (key: SigningKey, mediaToken: string, expires: number): string =>
  `expires=${expires}&signature=${key.kid}.${sign(key, textOf(mediaToken, String(expires)))}`

/**
 * For how many whole seconds, at least one, the URL of a media token is good after `now`, in unix milliseconds. Throws
 * `forbidden` for a URL that is not signed, not by a key of this ring or not for this token, and for one whose time is over.
 */
export function secondsLeft(
  ring: Pick<Keyring, 'find'>,
  { mediaToken, now }: { mediaToken: string; now: number },
  { expires, signature }: Said,
): number {
  if (expires === undefined && signature === undefined)
    throw deadMediaUrl('Media of this workspace are private, and this URL is not signed.')
  if (
    typeof expires !== 'string' ||
    typeof signature !== 'string' ||
    !isSigned(ring, textOf(mediaToken, expires), signature)
  )
    throw deadMediaUrl('The signature of this URL is not one of ours for this file and this time.')
  const seconds = Number(expires) - Math.floor(now / 1000)
  if (seconds > 0) return seconds
  throw deadMediaUrl('This URL has expired.')
}

/** Names the key that a URL says it is signed by; empty where it says none. */
export const signerIn = ({ signature }: Said): string =>
  typeof signature === 'string' ? (signature.split('.')[0] ?? '') : ''

/** A media token has no dot. */
const textOf = (mediaToken: string, expires: string): string => `${mediaToken}.${expires}`

function isSigned(ring: Pick<Keyring, 'find'>, text: string, signature: string): boolean {
  const [kid = '', mac = '', ...rest] = signature.split('.')
  const key = ring.find(kid)
  return key !== undefined && rest.length === 0 && isSignedBy(key, text, mac)
}
