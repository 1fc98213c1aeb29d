// What an operation costs beside many assets, beside what it costs beside few.
import type { Herbarium } from '../contestants/herbarium.ts'
import { drive } from '../load/drive.ts'
import { inTurns, medianOf, type Rounds, ratioOf, type Turn } from '../load/in-turns.ts'
import { wav } from '../load/media.ts'
import { startSeeded } from '../seed/seed.ts'
import { SQLITE_ROWS, someIds } from '../seed/sqlite-rows.ts'
import { alongside } from './alongside.ts'
import { atMost, type Effort, type Goal, SYNCED } from './goal.ts'
import { cpuMs } from './in-words.ts'
import { receivedUploads } from './prepared.ts'

const [FEW, MORE, MANY] = ['10³', '10⁵', '10⁶']
const FILE_BYTES = 16_384
const CONNECTIONS = 64
/** Operations for each second of the measurement: as many on each installation, so that all stay as large as they are. */
const A_SECOND = { reserve: 1000, get: 3000, list: 1500, complete: 300 }
const REMOVERS = 16
/** So many assets are got in turn. */
const SOME = 1000

type Operation = keyof typeof A_SECOND

interface Sized {
  name: string
  herbarium: Herbarium
  /** Some of its assets. */
  ids: string[]
}

export const measureGrowth = (effort: Effort): Promise<Goal[]> =>
  alongside(
    [
      () => startSeeded(SQLITE_ROWS, 1e3),
      () => startSeeded(SQLITE_ROWS, 1e5),
      () => startSeeded(SQLITE_ROWS, 1e6),
    ],
    async ([few, more, many]) => {
      const sized = [sizedOf(FEW, few), sizedOf(MORE, more), sizedOf(MANY, many)]
      const goals: Goal[] = []
      for (const operation of ['reserve', 'get', 'list', 'complete'] as const) {
        const turns = sized.map(one => turnOf(operation, one, effort))
        goals.push(goalOf(operation, await inTurns(effort.rounds, turns)))
      }
      return goals
    },
  )

const sizedOf = (name: string, herbarium: Herbarium): Sized => ({
  name,
  herbarium,
  ids: someIds(herbarium.folder, SOME),
})

function turnOf(operation: Operation, sized: Sized, { seconds }: Effort): Turn {
  const { name, herbarium } = sized
  const count = Math.ceil(seconds * A_SECOND[operation])
  return {
    name,
    pid: herbarium.pid,
    load: { origin: herbarium.origin, concurrency: CONNECTIONS, count, seconds: Number.POSITIVE_INFINITY },
    ...OPERATIONS[operation](sized, count),
  }
}

/** What comes to be is removed after each measurement. */
const OPERATIONS: Record<Operation, (sized: Sized, count: number) => Pick<Turn, 'prepare' | 'cleanUp'>> = {
  reserve: ({ herbarium }) => {
    let made: string[] = []
    return {
      prepare: () => async connection => {
        const { assetId } = await herbarium.reserve(connection, wav(FILE_BYTES))
        made.push(assetId)
      },
      cleanUp: async () => {
        await removeAll(herbarium, made)
        made = []
      },
    }
  },
  get: ({ herbarium, ids }) => ({
    prepare: () => (connection, n) => herbarium.get(connection, ids[n % ids.length] ?? ''),
  }),
  list: ({ herbarium }) => ({
    prepare: () => connection => herbarium.list(connection, { limit: '20' }),
  }),
  complete: ({ herbarium }, count) => {
    let uploads: string[] = []
    return {
      prepare: async () => {
        const received = await receivedUploads(herbarium, count, () => wav(FILE_BYTES))
        uploads = received.map(({ assetId }) => assetId)
        return (connection, n) => herbarium.complete(connection, uploads[n] ?? '')
      },
      cleanUp: () => removeAll(herbarium, uploads),
    }
  },
}

async function removeAll(herbarium: Herbarium, ids: string[]): Promise<void> {
  const load = {
    origin: herbarium.origin,
    concurrency: REMOVERS,
    count: ids.length,
    seconds: Number.POSITIVE_INFINITY,
  }
  await drive(load, (connection, n) => herbarium.remove(connection, ids[n] ?? ''))
}

function goalOf(operation: Operation, found: Rounds): Goal {
  const throughput = ratioOf(found, [MANY, FEW])
  const absolute = [FEW, MORE, MANY].map(
    name =>
      `${name} ${medianOf(found, name, cpuMs).toFixed(3)} ms CPU and ${Math.round(medianOf(found, name))}/s`,
  )
  return {
    figure: `CPU of ${operation} among ${MANY} assets / among ${FEW}`,
    measured: ratioOf(found, [MANY, FEW], cpuMs),
    ...atMost('×', 1.25),
    seen: `${absolute.join(', ')}; throughput ${throughput.median.toFixed(2)} × (${throughput.low.toFixed(2)}–${throughput.high.toFixed(2)})`,
    synced: operation === 'get' || operation === 'list' ? SYNCED.none : SYNCED.both,
  }
}
