// The ticket in an upload URL: its MAC keeps strangers from the database, the attempt's row has the last word.
import { isSignedBy, type SigningKey, sign } from '../ground/secrets.ts'
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
export function ticketFor(key: SigningKey, attempt: Attempt): string {
  const claims = [attempt.assetId, attempt.n, attempt.maxBytes, attempt.expiresAt].join('.')
  const body = `${VERSION}.${key.kid}.${Buffer.from(claims).toString('base64url')}`
  return `${body}.${sign(key, body)}`
}

/** The ticket, or undefined when it was not signed by this key or is no ticket at all. */
export function readTicket(key: SigningKey, text: string): Ticket | undefined {
  const [version, kid, payload, mac, ...rest] = text.split('.')
  if (version !== VERSION || kid !== key.kid || payload === undefined || mac === undefined) return undefined
  if (rest.length > 0 || !isSignedBy(key, `${version}.${kid}.${payload}`, mac)) return undefined
  const [assetId = '', attempt, maxBytes, expiresAt] = Buffer.from(payload, 'base64url').toString().split('.')
  return { assetId, attempt: Number(attempt), maxBytes: Number(maxBytes), expiresAt: Number(expiresAt) }
}
