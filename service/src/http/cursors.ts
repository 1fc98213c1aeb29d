// Cursors: a position in one listing, sealed so that it can neither be made up nor used in another.
import { createHash } from 'node:crypto'
import { invalidField } from '../ground/errors.ts'
import type { Keyring } from '../ground/keyring.ts'
import type { Page, Position } from '../ground/page.ts'
import { isSignedBy, sign } from '../ground/secrets.ts'
import { readLearning } from '../ground/signed-claims.ts'

/** Names one listing: its route and everything that narrows it. */
export type Listing = Record<string, unknown>

const digestOf = (listing: Listing): string =>
  createHash('sha256').update(JSON.stringify(listing)).digest('base64url').slice(0, 16)

/** `<position>.<key id>.<mac>`; the listing's digest is signed along, not carried. */
export function cursorFor(
  ring: Pick<Keyring, 'current'>,
  listing: Listing,
  page: Page<unknown>,
): string | null {
  if (page.next === undefined) return null
  const key = ring.current()
  const position = page.next.join('-')
  return `${position}.${key.kid}.${sign(key, signedText(position, listing))}`
}

/** Throws a refusal on `cursor` for one that was made up, altered, or made for another listing. */
export async function readCursor(
  ring: Pick<Keyring, 'find' | 'learn'>,
  listing: Listing,
  cursor: string | undefined,
): Promise<Position | undefined> {
  if (cursor === undefined) return undefined
  const position = await readLearning(ring, cursor, text => positionIn(ring, listing, text))
  if (position === undefined)
    throw invalidField('cursor', 'is not a cursor of this listing: leave it out to begin at the top')
  return position
}

/** Undefined for what no key of the ring signed for this listing. */
export function positionIn(
  ring: Pick<Keyring, 'find'>,
  listing: Listing,
  cursor: string,
): Position | undefined {
  const [position = '', kid = '', mac = '', ...rest] = cursor.split('.')
  const key = ring.find(kid)
  if (key === undefined || !/^\d+(-\d+)*$/.test(position) || rest.length > 0) return undefined
  return isSignedBy(key, signedText(position, listing), mac) ? position.split('-').map(Number) : undefined
}

const signedText = (position: string, listing: Listing): string => `${position}.${digestOf(listing)}`
