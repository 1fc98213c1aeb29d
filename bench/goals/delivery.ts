// Delivery of whole files and of ranges, beside @fastify/static with the same files.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startHerbarium } from '../contestants/herbarium.ts'
import { type Contestant, startRival } from '../contestants/start.ts'
import { askOk, type Connection } from '../load/connection.ts'
import { inTurns, type Rounds, ratioOf } from '../load/in-turns.ts'
import { type MediaFile, wav } from '../load/media.ts'
import { alongside } from './alongside.ts'
import { atLeast, type Effort, type Goal, SYNCED } from './goal.ts'
import { inBytes } from './in-words.ts'
import { readyAssets } from './prepared.ts'

const SMALL_BYTES = 64 * 1024
const LARGE_BYTES = 64 * 1024 * 1024
/** Several small files, as those who look at pages ask for several. */
const SMALL_FILES = 32

const startStatic = () => startRival('fastify-static')

export const measureDelivery = (effort: Effort): Promise<Goal[]> =>
  alongside([startHerbarium, startStatic], async ([herbarium, rival]) => {
    const sides: Side[] = [
      { name: 'herbarium', contestant: herbarium, small: [], large: [] },
      { name: 'fastify-static', contestant: rival, small: [], large: [] },
    ]
    for (const [kind, bytes, count] of [
      ['small', SMALL_BYTES, SMALL_FILES],
      ['large', LARGE_BYTES, 1],
    ] as const) {
      const files = Array.from({ length: count }, () => wav(bytes))
      let next = 0
      const ready = await readyAssets(herbarium, count, () => files[next++] ?? wav(bytes))
      sides[0]?.[kind].push(...ready.map(asset => asset.path))
      for (const file of files) sides[1]?.[kind].push(await put(rival, file))
    }
    return [
      goalOf('64 KiB, c16', SMALL_BYTES, await compare(sides, effort, { concurrency: 16, ask: small })),
      goalOf(
        'random 64 KiB of 64 MiB, c16',
        SMALL_BYTES,
        await compare(sides, effort, { concurrency: 16, ask: range }),
      ),
      goalOf('64 MiB, c8', LARGE_BYTES, await compare(sides, effort, { concurrency: 8, ask: large })),
    ]
  })

interface Side {
  name: string
  contestant: Contestant
  /** Paths of URLs. */
  small: string[]
  large: string[]
}

async function put({ folder }: Contestant, { name, pieces }: MediaFile): Promise<string> {
  await writeFile(path.join(folder, name), pieces)
  return `/${name}`
}

interface Asking {
  concurrency: number
  ask(side: Side, connection: Connection, n: number): Promise<void>
}

const compare = (sides: Side[], { rounds, seconds }: Effort, { concurrency, ask }: Asking): Promise<Rounds> =>
  inTurns(
    rounds,
    sides.map(side => ({
      name: side.name,
      pid: side.contestant.pid,
      load: { origin: side.contestant.origin, concurrency, count: Number.POSITIVE_INFINITY, seconds },
      prepare: () => (connection, n) => ask(side, connection, n),
    })),
  )

const small: Asking['ask'] = (side, connection, n) =>
  deliver(connection, { path: side.small[n % side.small.length] ?? '', bytes: SMALL_BYTES })

const large: Asking['ask'] = (side, connection) =>
  deliver(connection, { path: side.large[0] ?? '', bytes: LARGE_BYTES })

const range: Asking['ask'] = (side, connection) => {
  const start = Math.floor(Math.random() * (LARGE_BYTES - SMALL_BYTES))
  return deliver(connection, {
    path: side.large[0] ?? '',
    bytes: SMALL_BYTES,
    headers: { range: `bytes=${start}-${start + SMALL_BYTES - 1}` },
  })
}

interface Wanted {
  path: string
  bytes: number
  headers?: Record<string, string>
}

/** A delivery that brings other than it should is no figure. */
export async function deliver(connection: Connection, { path, bytes, headers = {} }: Wanted): Promise<void> {
  const answer = await askOk(connection, { method: 'GET', path, headers, keep: false })
  if (answer.bytes !== bytes) throw new Error(`GET ${path}: ${answer.bytes} bytes instead of ${bytes}`)
}

const goalOf = (called: string, bytes: number, found: Rounds): Goal => ({
  figure: `deliver ${called} / @fastify/static`,
  measured: ratioOf(found, ['herbarium', 'fastify-static']),
  ...atLeast(2, 2.7),
  seen: inBytes(found, bytes),
  synced: SYNCED.none,
})
