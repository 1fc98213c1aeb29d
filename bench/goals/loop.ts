// How long the event loop of a server is held up while everything happens at once.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Herbarium, type Ready, startHerbarium } from '../contestants/herbarium.ts'
import type { Connection } from '../load/connection.ts'
import { type Driven, drive, type Operation } from '../load/drive.ts'
import { spreadOf } from '../load/in-turns.ts'
import { png, wav } from '../load/media.ts'
import { median } from '../load/statistics.ts'
import { alongside } from './alongside.ts'
import { deliver } from './delivery.ts'
import { flow } from './flow.ts'
import { type Effort, type Goal, noAim } from './goal.ts'
import { readyAssets } from './prepared.ts'

const WATCH = path.join(import.meta.dirname, '../contestants/watch-loop.ts')
/** In the server's folder. */
const REPORT = 'loop.json'
const CONNECTIONS = 32
const SMALL_BYTES = 16_384
const LARGE_BYTES = 8 * 1024 * 1024
const POOL = 50
const WARM_SECONDS = 2
/** A signal is heard at the loop's next turn. */
const HEARD_MS = 200

interface Delays {
  p50Ms: number
  p99Ms: number
  maxMs: number
}

export async function measureLoop({ rounds, seconds }: Effort): Promise<Goal[]> {
  const found: { delays: Delays; driven: Driven }[] = []
  for (let round = 0; round < rounds; round++) found.push(await watchLoop(seconds))
  const of = (figure: (delays: Delays) => number): number[] => found.map(({ delays }) => figure(delays))
  const perSecond = Math.round(median(found.map(({ driven }) => driven.perSecond)))
  return [
    {
      figure: `event loop’s delay under mixed load, p99, c${CONNECTIONS}`,
      measured: spreadOf(of(({ p99Ms }) => p99Ms)),
      ...noAim('ms'),
      seen: `p50 ${median(of(({ p50Ms }) => p50Ms)).toFixed(1)}, most ${Math.max(...of(({ maxMs }) => maxMs)).toFixed(0)} ms; ${perSecond} operations/s: flows of 16 KiB and 8 MiB, get, list, delivery`,
      synced: 'ours',
    },
  ]
}

/** Inside the server, from when it is warm until it is told to stop. */
const watchLoop = (seconds: number): Promise<{ delays: Delays; driven: Driven }> =>
  alongside([startWatched], async ([herbarium]) => {
    const pool = await readyAssets(herbarium, POOL, () => png(SMALL_BYTES))
    const load = { origin: herbarium.origin, concurrency: CONNECTIONS, count: Number.POSITIVE_INFINITY }
    const operation: Operation = (connection, n) => mixed({ herbarium, pool }, connection, n)
    await drive({ ...load, seconds: WARM_SECONDS }, operation)
    process.kill(herbarium.pid, 'SIGUSR2')
    await delay(HEARD_MS)
    const driven = await drive({ ...load, seconds }, operation)
    await herbarium.stop()
    const report = await readFile(path.join(herbarium.folder, REPORT), 'utf8')
    return { delays: JSON.parse(report) as Delays, driven } // as watch-loop.ts writes it
  })

const startWatched = (): Promise<Herbarium> => startHerbarium({ nodeArgs: ['--import', WATCH] })

/** Of ten operations four only read, and one brings a large file. */
function mixed(
  { herbarium, pool }: { herbarium: Herbarium; pool: Ready[] },
  connection: Connection,
  n: number,
): Promise<unknown> {
  const { assetId, path } = pool[n % POOL] ?? { assetId: '', path: '' }
  switch (n % 10) {
    case 0:
      return herbarium.get(connection, assetId)
    case 1:
      return herbarium.list(connection, { limit: '20' })
    case 2:
    case 3:
      return deliver(connection, { path, bytes: SMALL_BYTES })
    case 4:
      return flow(herbarium, connection, wav(LARGE_BYTES))
    case 5:
    case 6:
      return flow(herbarium, connection, png(SMALL_BYTES))
    default:
      return flow(herbarium, connection, wav(SMALL_BYTES))
  }
}
