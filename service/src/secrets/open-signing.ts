// The keyrings of one process: read from the rows at the start, again and again, and when an unknown key is met.
import type { Clock } from '../ground/clock.ts'
import { unavailable } from '../ground/errors.ts'
import { every } from '../ground/every.ts'
import { Fault } from '../ground/fault.ts'
import { createKeyring, type SigningKeys, type TurningKeyring } from '../ground/keyring.ts'
import type { Seal } from '../ground/seal.ts'
import { type Masters, PURPOSES, type Purpose } from '../ground/secrets.ts'
import { READ_EVERY_MS } from './lives.ts'
import type { SecretRecords } from './ports.ts'
import { derivedKeys, ringKeys } from './ring-keys.ts'

export interface Signing extends SigningKeys {
  /** Takes what the rows hold by now; keeps the keys it has where that fails. */
  read(): Promise<void>
}

interface SigningPorts {
  secrets: Pick<SecretRecords, 'list'>
  seal: Pick<Seal, 'open'>
  clock: Clock
}

/** Strangers can name keys, too: the rows are asked no more often because of them. */
const REREAD_AT_MOST_EVERY_MS = 1_000

/** Throws a Fault for a key in use that no master opens. */
export async function openSigning(
  { secrets, seal, clock }: SigningPorts,
  masters: Masters,
): Promise<Signing> {
  const reread = atMostEvery(clock, REREAD_AT_MOST_EVERY_MS, () => read().catch(notNow))
  const rings = PURPOSES.map(purpose => {
    const derived = derivedKeys(masters, purpose)
    return { purpose, derived, ring: createKeyring(derived, { clock, reread }) }
  })
  const read = async () => {
    const rows = await secrets.list()
    const now = clock.now()
    const turned = rings.map(({ purpose, derived, ring }) => {
      const own = rows.filter(row => row.purpose === purpose)
      return { ring, keys: ringKeys(derived, own, { seal, now }) }
    })
    for (const { ring, keys } of turned) ring.replace(keys)
  }
  await read()
  const of = (wanted: Purpose): TurningKeyring => {
    const found = rings.find(({ purpose }) => purpose === wanted)
    if (found === undefined) throw new Error(`no keys for ${wanted}`)
    return found.ring
  }
  return {
    tickets: of('tickets'),
    uploadTokens: of('upload_tokens'),
    cursors: of('cursors'),
    media: of('media'),
    read,
  }
}

/** What an operator has to mend must not end somebody's ticket: another node may have the right secrets. */
function notNow(cause: unknown): never {
  throw cause instanceof Fault ? unavailable(cause) : cause
}

/** Whoever asks has a call that begins after they asked; those who wait share one. */
function atMostEvery(clock: Clock, ms: number, act: () => Promise<void>): () => Promise<void> {
  let lastAt = Number.NEGATIVE_INFINITY
  let next: Promise<void> | undefined
  const begin = async () => {
    const waitMs = lastAt + ms - clock.now()
    if (waitMs > 0) await clock.delay(Math.min(waitMs, ms))
    next = undefined
    lastAt = clock.now()
    await act()
  }
  return () => {
    next ??= begin()
    return next
  }
}

/** Reads again and again, until closed. */
export function openKeyReading(
  signing: Pick<Signing, 'read'>,
  { clock, onError }: { clock: Clock; onError: (error: unknown) => void },
): { close(): Promise<void> } {
  const stop = new AbortController()
  const running = every(clock, { ms: READ_EVERY_MS, until: stop.signal }, () => signing.read().catch(onError))
  return {
    close: () => {
      stop.abort()
      return running
    },
  }
}
