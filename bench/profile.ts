// Where the time of one operation goes: the server runs it under V8's profiler, and the dearest rooms and functions are printed.
import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Herbarium, startHerbarium } from './contestants/herbarium.ts'
import { freshFolder } from './contestants/start.ts'
import { alongside } from './goals/alongside.ts'
import { completing } from './goals/complete.ts'
import { deliver } from './goals/delivery.ts'
import type { Effort } from './goals/goal.ts'
import { readyAssets } from './goals/prepared.ts'
import { paceOf, receiving } from './goals/uploads.ts'
import { type Cost, type Costs, readCosts, type Stretch } from './load/cpu-profile.ts'
import { drive, type Operation } from './load/drive.ts'
import type { Turn } from './load/in-turns.ts'
import { png, wav } from './load/media.ts'
import { wholeNumber } from './whole-number.ts'

const CONNECTIONS = 64
const POOL = 200
const ROOMS = 12
const FUNCTIONS = 30

type Work = Pick<Turn, 'load' | 'prepare'>
type Profiled = (herbarium: Herbarium, effort: Effort, fileBytes: number) => Promise<Work> | Work

const OPERATIONS: Record<string, Profiled> = {
  reserve: (herbarium, effort, fileBytes) =>
    forSeconds(herbarium, effort, connection => herbarium.reserve(connection, wav(fileBytes))),
  receive: (herbarium, effort, fileBytes) =>
    receiving(herbarium, effort, { bytes: fileBytes, fileOf: wav, ...paceOf(fileBytes) }),
  complete: (herbarium, effort, fileBytes) => completing(herbarium, effort, () => wav(fileBytes)),
  get: async (herbarium, effort) => {
    const pool = await readyAssets(herbarium, POOL, () => png(16_384))
    return forSeconds(herbarium, effort, (connection, n) =>
      herbarium.get(connection, pool[n % POOL]?.assetId ?? ''),
    )
  },
  list: async (herbarium, effort) => {
    await readyAssets(herbarium, POOL, () => png(16_384))
    return forSeconds(herbarium, effort, connection => herbarium.list(connection, { limit: '20' }))
  },
  deliver: async (herbarium, effort, fileBytes) => {
    const pool = await readyAssets(herbarium, 8, () => wav(fileBytes))
    return forSeconds(herbarium, effort, (connection, n) =>
      deliver(connection, { path: pool[n % pool.length]?.path ?? '', bytes: fileBytes }),
    )
  },
}

/** `NAME --seconds N --bytes N` */
export async function runProfile([name = '', ...args]: string[]): Promise<void> {
  const operation = OPERATIONS[name]
  if (operation === undefined) {
    console.error(
      `usage: npm run bench -- profile ${Object.keys(OPERATIONS).join('|')} [--seconds N] [--bytes N]`,
    )
    process.exit(2)
  }
  const { values } = parseArgs({
    args,
    options: { seconds: { type: 'string', default: '5' }, bytes: { type: 'string', default: '16384' } },
  })
  const effort = { rounds: 1, seconds: wholeNumber('--seconds', values.seconds) }
  const bytes = wholeNumber('--bytes', values.bytes)
  const folder = await freshFolder()
  try {
    const stretch = await runUnder(['--cpu-prof', '--cpu-prof-dir', folder], herbarium =>
      operation(herbarium, effort, bytes),
    )
    print(await readCosts(folder, stretch))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Once to warm up and once to be looked at; the profile is written when the server has stopped. */
const runUnder = (
  nodeArgs: string[],
  workFor: (herbarium: Herbarium) => Promise<Work> | Work,
): Promise<Stretch> =>
  alongside([() => startHerbarium({ nodeArgs })], async ([herbarium]) => {
    const { load, prepare } = await workFor(herbarium)
    await drive(load, await prepare())
    const operation = await prepare()
    const from = microseconds()
    const { perSecond } = await drive(load, operation)
    const to = microseconds()
    await herbarium.stop()
    console.log(`${Math.round(perSecond)} operations a second, under the profiler`)
    return { from, to }
  })

const microseconds = (): number => Number(process.hrtime.bigint() / 1000n)

const forSeconds = ({ origin }: Herbarium, { seconds }: Effort, operation: Operation): Work => ({
  load: { origin, concurrency: CONNECTIONS, count: Number.POSITIVE_INFINITY, seconds },
  prepare: () => operation,
})

function print({ rooms, functions, busySeconds }: Costs): void {
  console.log(`${busySeconds.toFixed(2)} s busy\n\nrooms`)
  for (const cost of rooms.slice(0, ROOMS)) console.log(lineOf(cost))
  console.log('\nfunctions, themselves')
  for (const cost of functions.slice(0, FUNCTIONS)) console.log(lineOf(cost))
}

const lineOf = ({ name, share }: Cost): string => `${(share * 100).toFixed(1).padStart(6)} %  ${name}`
