// What an operator may know of the secrets: which key does what until when, and which masters are still needed.
import type { Clock } from '../ground/clock.ts'
import { type Life, newestOf, signerOf } from '../ground/keyring.ts'
import type { Seal } from '../ground/seal.ts'
import { derivedKey, type Masters, PURPOSES, type Purpose } from '../ground/secrets.ts'
import { signsFrom } from './lives.ts'
import type { SecretRecords, StoredSecret } from './ports.ts'
import { sealedTexts } from './reseal.ts'

export type KeyState = 'signs' | 'signs_soon' | 'verifies' | 'retired'

export interface KeyFacts extends Life {
  purpose: Purpose
  state: KeyState
  /** Undefined for a key that a master gives: nobody noted it. */
  createdAt: number | undefined
}

export interface MasterFacts {
  /** How many texts are sealed under it. */
  seals: number
  /** Until when a key that it gives verifies: Infinity while nothing has replaced it, undefined where all have ended. */
  verifiesUntil: number | undefined
}

export interface Inventory {
  keys: KeyFacts[]
  /** In the order of the masters. */
  masters: MasterFacts[]
  /** Texts that no master opens. */
  lost: number
}

interface InventoryPorts {
  secrets: SecretRecords
  seal: Seal
  clock: Clock
}

type KeyLife = Life & Pick<KeyFacts, 'createdAt'>

export async function takeInventory(ports: InventoryPorts, masters: Masters): Promise<Inventory> {
  const now = ports.clock.now()
  const rows = await ports.secrets.list()
  const keys = PURPOSES.flatMap(purpose => keysOf(purpose, livesOf(purpose, masters, rows), now))
  const counts = await countSealed(ports)
  return {
    keys,
    masters: masters.map((master, n) => ({
      seals: counts.get(ports.seal.kids[n]) ?? 0,
      verifiesUntil: endOfMaster(master, keys),
    })),
    lost: counts.get(undefined) ?? 0,
  }
}

/** Keys that masters give have a row only once they are retired; of a master that is gone nothing is known but its end. */
function livesOf(purpose: Purpose, masters: Masters, rows: StoredSecret[]): KeyLife[] {
  const own = rows.filter(row => row.purpose === purpose)
  const derived = masters.map((master, n) => ({ kid: derivedKey(master, purpose).kid, signsFrom: -n }))
  const endOf = (kid: string) => own.find(row => row.kid === kid)?.retiredAt ?? Number.POSITIVE_INFINITY
  const isStored = ({ createdAt }: StoredSecret) => createdAt > 0
  return [
    ...derived.map(key => ({ ...key, endsAt: endOf(key.kid), createdAt: undefined })),
    ...own.filter(isStored).map(row => ({
      kid: row.kid,
      signsFrom: signsFrom(row),
      endsAt: endOf(row.kid),
      createdAt: row.createdAt,
    })),
  ]
}

function keysOf(purpose: Purpose, lives: KeyLife[], now: number): KeyFacts[] {
  const newestFirst = newestOf(lives)
  const signer = signerOf(newestFirst, now)
  const stateOf = (key: KeyLife): KeyState => {
    if (key === signer) return 'signs'
    if (key.endsAt <= now) return 'retired'
    return key.signsFrom > now ? 'signs_soon' : 'verifies'
  }
  return newestFirst.map(key => ({ ...key, purpose, state: stateOf(key) }))
}

/** By the name of the master; undefined counts what none opens. */
async function countSealed(ports: InventoryPorts): Promise<Map<string | undefined, number>> {
  const counts = new Map<string | undefined, number>()
  for await (const { sealed, owner } of sealedTexts(ports)) {
    const sealer = ports.seal.sealerOf(sealed, owner)
    counts.set(sealer, (counts.get(sealer) ?? 0) + 1)
  }
  return counts
}

function endOfMaster(master: string, keys: KeyFacts[]): number | undefined {
  const kids = new Set(PURPOSES.map(purpose => derivedKey(master, purpose).kid))
  const ends = keys
    .filter(({ kid, state }) => kids.has(kid) && state !== 'retired')
    .map(({ endsAt }) => endsAt)
  return ends.length === 0 ? undefined : Math.max(...ends)
}
