// The ticket in an upload URL: its MAC keeps strangers from the database, the attempt's row has the last word.
import type { Keyring } from '../ground/keyring.ts'
import type { SigningKey } from '../ground/secrets.ts'
import { readClaims, signClaims } from '../ground/signed-claims.ts'
import type { Attempt } from './attempt.ts'

export interface Ticket {
  assetId: string
  attempt: number
  maxBytes: number
  /** Unix milliseconds. */
  expiresAt: number
}

const VERSION = 'v1'

/** `v1.<key id>.<asset.attempt.cap.expiry in base64url>.<mac>`: a pure function of the attempt. */
export const ticketFor = (key: SigningKey, { assetId, n, maxBytes, expiresAt }: Attempt): string =>
  signClaims(key, VERSION, [assetId, n, maxBytes, expiresAt])

/** The ticket, or undefined when it was not signed by a key of this ring or is no ticket at all. */
export function readTicket(ring: Pick<Keyring, 'find'>, text: string): Ticket | undefined {
  const claims = readClaims(ring, VERSION, text)
  if (claims === undefined) return undefined
  const [assetId = '', attempt, maxBytes, expiresAt] = claims
  return { assetId, attempt: Number(attempt), maxBytes: Number(maxBytes), expiresAt: Number(expiresAt) }
}
