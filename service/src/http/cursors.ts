// Cursors: a position in one listing, sealed so that it can neither be made up nor used in another.
import { createHash } from 'node:crypto'
import { invalidField } from '../ground/errors.ts'
import type { Keyring } from '../ground/keyring.ts'
import type { Page, Position } from '../ground/page.ts'
import { isSignedBy, sign } from '../ground/secrets.ts'

/** Names one listing: its route and everything that narrows it. */
export type Listing = Record<string, unknown>

const digestOf = (listing: Listing): string =>
  createHash('sha256').update(JSON.stringify(listing)).digest('base64url').slice(0, 16)

/** `<position>.<mac>`; the listing's digest is signed along, not carried, and so is the key: there are few, and a page asks once. */
export function cursorFor(ring: Keyring, listing: Listing, page: Page<unknown>): string | null {
  if (page.next === undefined) return null
  const position = page.next.join('-')
  return `${position}.${sign(ring.current(), `${position}.${digestOf(listing)}`)}`
}

/** Throws a refusal on `cursor` for one that was made up, altered, or made for another listing. */
export function readCursor(
  ring: Keyring,
  listing: Listing,
  cursor: string | undefined,
): Position | undefined {
  if (cursor === undefined) return undefined
  const [position = '', mac = '', ...rest] = cursor.split('.')
  const isMeant = /^\d+(-\d+)*$/.test(position) && rest.length === 0
  const signed = `${position}.${digestOf(listing)}`
  if (!isMeant || !ring.all().some(key => isSignedBy(key, signed, mac)))
    throw invalidField('cursor', 'is not a cursor of this listing: leave it out to begin at the top')
  return position.split('-').map(Number)
}
