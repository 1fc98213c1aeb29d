// What waits and what is left, measured when it is asked for.
import { statfs } from 'node:fs/promises'
import { Gauge, type Registry } from 'prom-client'
import type { Clock } from '../../ground/clock.ts'
import { within } from '../../ground/within.ts'
import type { Measured } from '../measured.ts'

/** However often somebody scrapes, rows and store are asked no more often. */
const ASK_EVERY_MS = 5_000
/** A scrape gives up after ten seconds, mostly. */
const ANSWER_WITHIN_MS = 3_000
/** More are told as so many. */
const MOST_JOBS = 1_000

export function tellDepths(registry: Registry, measured: Measured): void {
  tellNumbers(registry, measured)
  tellPools(registry, measured)
  tellJobs(registry, measured)
  tellDisk(registry, measured)
  const check = seldom(measured.clock, async () => {
    await measured.checkReady()
    return true
  })
  gauge(registry, 'herbarium_ready', '1 while rows and bytes can be reached, else 0.', async () =>
    (await check()) === true ? 1 : 0,
  )
}

function tellNumbers(registry: Registry, { version, uploads, verifications }: Measured): void {
  new Gauge({
    name: 'herbarium_info',
    help: 'Always 1; its label says which version runs.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1)
  gauge(registry, 'herbarium_uploads_in_flight', 'Uploads whose bytes are on their way.', uploads)
  gauge(registry, 'herbarium_verifications_in_flight', 'Completions whose verdict is awaited.', verifications)
}

function tellPools(registry: Registry, { probes, pictures, connections }: Measured): void {
  new Gauge({
    name: 'herbarium_pool_tasks',
    help: 'Files in the hands of processes that look into them (probe) or make pictures of them (picture), and files in line.',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      for (const [pool, { busy, waiting }] of [
        ['probe', probes()],
        ['picture', pictures()],
      ] as const) {
        this.set({ pool, state: 'busy' }, busy)
        this.set({ pool, state: 'waiting' }, waiting)
      }
    },
  })
  new Gauge({
    name: 'herbarium_database_connections',
    help: 'Connections to PostgreSQL in use and idle, and callers that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      if (connections === undefined) return
      const { open, idle, waiting } = connections()
      this.set({ state: 'used' }, open - idle)
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'waiting' }, waiting)
    },
  })
}

/** Of the whole installation: each node that is asked tells the same. */
function tellJobs(registry: Registry, { clock, jobs }: Measured): void {
  const ask = seldom(clock, () => jobs.due(clock.now(), MOST_JOBS))
  gauge(
    registry,
    'herbarium_jobs_due',
    `Background jobs that are due and that nobody has in hand, of the whole installation; at most ${MOST_JOBS}.`,
    async () => (await ask())?.count,
  )
  gauge(
    registry,
    'herbarium_jobs_oldest_due_seconds',
    'For how long the first of them has been due; 0 without any.',
    async () => {
      const due = await ask()
      return due && (due.oldestAt === null ? 0 : (clock.now() - due.oldestAt) / 1000)
    },
  )
}

function tellDisk(registry: Registry, { clock, dataDir }: Measured): void {
  const ask = seldom(clock, () => statfs(dataDir))
  gauge(registry, 'herbarium_data_disk_size_bytes', 'Of the file system that DATA_DIR is in.', async () => {
    const disk = await ask()
    return disk && disk.blocks * disk.bsize
  })
  gauge(registry, 'herbarium_data_disk_free_bytes', 'What is left of it for this user.', async () => {
    const disk = await ask()
    return disk && disk.bavail * disk.bsize
  })
}

type Figure = number | undefined

/** What cannot be told is left out. */
function gauge(registry: Registry, name: string, help: string, read: () => Figure | Promise<Figure>): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await read()
      if (value === undefined) this.remove()
      else this.set(value)
    },
  })
}

/** What was answered last, or will be; undefined where the asking failed or takes too long. */
function seldom<T>(clock: Clock, ask: () => Promise<T>): () => Promise<T | undefined> {
  let askedAt = Number.NEGATIVE_INFINITY
  let answer: Promise<T | undefined> = Promise.resolve(undefined)
  return () => {
    if (clock.now() - askedAt >= ASK_EVERY_MS) {
      askedAt = clock.now()
      answer = ask().catch(() => undefined)
    }
    return within<T | undefined>(clock, ANSWER_WITHIN_MS, answer, undefined)
  }
}
