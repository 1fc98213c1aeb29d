// The keys of one purpose, from the masters and from the rows.
import { Fault } from '../ground/fault.ts'
import type { RingKey } from '../ground/keyring.ts'
import type { Seal } from '../ground/seal.ts'
import { derivedKey, type Masters, type Purpose, signingKeyOf } from '../ground/secrets.ts'
import { signsFrom } from './lives.ts'
import type { StoredSecret } from './ports.ts'

/** Binds a sealed key to what it signs. */
export const sealOwner = ({ purpose, kid }: Pick<StoredSecret, 'purpose' | 'kid'>): string =>
  `signing key ${purpose} ${kid}`

/** The keys that masters give are the oldest, and among them that of the first master signs. */
export const derivedKeys = (masters: Masters, purpose: Purpose): RingKey[] =>
  masters.map((master, n) => ({
    ...derivedKey(master, purpose),
    signsFrom: -n,
    endsAt: Number.POSITIVE_INFINITY,
  }))

/** `derived` with their ends, and those that rotations made. Throws a Fault for one in use that no master opens. */
export function ringKeys(
  derived: RingKey[],
  rows: StoredSecret[],
  { seal, now }: { seal: Pick<Seal, 'open'>; now: number },
): RingKey[] {
  const ends = new Map(rows.map(({ kid, retiredAt }) => [kid, retiredAt ?? Number.POSITIVE_INFINITY]))
  return [
    ...derived.map(key => ({ ...key, endsAt: ends.get(key.kid) ?? key.endsAt })),
    ...rows.filter(row => isInUse(row, now)).map(row => storedKey(seal, row)),
  ]
}

/** What has ended needs no opening. */
export const isInUse = ({ sealed, retiredAt }: StoredSecret, now: number): boolean =>
  sealed !== '' && (retiredAt === null || retiredAt > now)

function storedKey(seal: Pick<Seal, 'open'>, row: StoredSecret): RingKey {
  const key = signingKeyOf(Buffer.from(mustOpen(seal, row), 'base64url'))
  return { ...key, signsFrom: signsFrom(row), endsAt: row.retiredAt ?? Number.POSITIVE_INFINITY }
}

/** The key's text; throws a Fault where no master opens it. */
export function mustOpen(seal: Pick<Seal, 'open'>, row: StoredSecret): string {
  try {
    return seal.open(row.sealed, sealOwner(row))
  } catch (cause) {
    throw new Fault(
      [
        `No secret of SECRET_KEY opens the signing key ${row.kid}, which is in use: add the secret that was there before, behind a comma (or to DATA_DIR/secret.key, as a line of its own). Where it is lost, "herbarium secrets rotate --now" ends that key and everything it has signed.`,
      ],
      { cause },
    )
  }
}
