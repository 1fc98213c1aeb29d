// New signing keys for every purpose, and everything sealed anew under the first master.
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import type { Seal } from '../ground/seal.ts'
import { derivedKey, kidOf, type Masters, PURPOSES, type Purpose } from '../ground/secrets.ts'
import { endOfReplaced, signsFrom } from './lives.ts'
import type { SecretRecords, StoredSecret } from './ports.ts'
import { type Resealed, resealAll } from './reseal.ts'
import { isInUse, mustOpen, sealOwner } from './ring-keys.ts'

export interface RotatePorts {
  secrets: SecretRecords
  seal: Seal
  clock: Clock
  ids: Ids
}

export interface Rotation extends Resealed {
  fresh: StoredSecret[]
  /** Unix milliseconds. */
  signsFrom: number
  /** Until when earlier keys verify, at the latest. */
  endsAt: number
}

/**
 * The fresh keys sign once every process has read them, and earlier ones verify until what they have signed is over;
 * `isAtOnce` ends those now. Throws a Fault for a key in use that no master opens, unless it is ended now.
 */
export async function rotateSecrets(
  ports: RotatePorts,
  masters: Masters,
  { isAtOnce }: { isAtOnce: boolean },
): Promise<Rotation> {
  const now = ports.clock.now()
  const rows = (await ports.secrets.list()).filter(isOfOurs)
  if (!isAtOnce) for (const row of rows) if (isInUse(row, now)) mustOpen(ports.seal, row)
  const endsAt = isAtOnce ? now : endOfReplaced(now)
  const fresh = PURPOSES.map(purpose => freshKey(ports, purpose, now))
  const retired = [...derivedRows(masters), ...rows].map(row => ({ ...row, retiredAt: endsAt }))
  await ports.secrets.rotate({ fresh, retired })
  const resealed = await resealAll(ports)
  return { fresh, signsFrom: isAtOnce ? now : earliest(fresh), endsAt, ...resealed }
}

/** What a later version signs is its own affair. */
const isOfOurs = ({ purpose }: StoredSecret): boolean => PURPOSES.some(one => one === purpose)

function freshKey({ seal, ids }: RotatePorts, purpose: Purpose, now: number): StoredSecret {
  const secret = ids.secret()
  const named = { kid: kidOf(Buffer.from(secret, 'base64url')), purpose }
  return { ...named, sealed: seal.close(secret, sealOwner(named)), createdAt: now, retiredAt: null }
}

const derivedRows = (masters: Masters): StoredSecret[] =>
  masters.flatMap(master =>
    PURPOSES.map(purpose => {
      const { kid } = derivedKey(master, purpose)
      return { kid, purpose, sealed: '', createdAt: 0, retiredAt: null }
    }),
  )

const earliest = (fresh: StoredSecret[]): number => Math.min(...fresh.map(signsFrom))
