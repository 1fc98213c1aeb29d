// One process of an installation, without doors: its servants, its place among the servers, its jobs.
import pino, { type Logger } from 'pino'
import type { CompletePorts } from '../assets/complete.ts'
import { createDerivations, type DerivativePorts } from '../assets/derivatives/derivative.ts'
import type { AssetRecords, Ports } from '../assets/ports.ts'
import { runCollect } from '../assets/run-collect.ts'
import { runDiscard } from '../assets/run-discard.ts'
import { runFetch } from '../assets/run-fetch.ts'
import { runSettle } from '../assets/run-settle.ts'
import type { Config } from '../config/config.ts'
import { openSequencer } from '../events/sequencer.ts'
import type { JobKind } from '../ground/job.ts'
import { createNews, type News } from '../ground/news.ts'
import { openBackground, type RunJob } from '../jobs/background.ts'
import { type SweepReport, sweep } from '../jobs/sweep.ts'
import { createLastUsed, type LastUsed } from '../keys/last-used.ts'
import { join, type Membership } from '../servers/join.ts'
import { storeOf } from './open-blobs.ts'
import { rowsInWords } from './rows.ts'
import { closeServants, openServants, type Servants, type World } from './servants.ts'
import { openTelemetry, type Telemetry } from './telemetry.ts'
import { flushLastUsed, openTimers } from './timers.ts'

const DAY_MS = 24 * 60 * 60_000

export interface Node extends Pick<Membership, 'lost'> {
  servants: Servants
  ports: Ports & CompletePorts & DerivativePorts
  /** Of changes, by whichever process. */
  news: News
  lastUsed: LastUsed
  logger: Logger
  telemetry: Telemetry
  /** Does from now on what time does: for all once a minute, unless that is left to others; for itself its pictures and keys. */
  startSweeping(): void
  sweep(): Promise<SweepReport>
  /** Gives back the jobs that are under way; what they were doing goes on elsewhere, or at the next start. */
  stopJobs(): Promise<void>
  /** Waits for what is still under way, and closes everything. */
  close(): Promise<void>
}

export interface NodeRole {
  /** Whether it looks for jobs, and sweeps. */
  runsJobs: boolean
}

/** Throws a Fault where the installation is served with its bytes in another store. */
export async function openNode(config: Config, world: World, role: NodeRole): Promise<Node> {
  const logger = pino({ level: config.logLevel, base: null })
  const { servants, telemetry } = await openWatched(config, world, logger)
  const membership = await joinServers(config, world, { servants, logger }).catch(async error => {
    await closeServants(servants)
    await telemetry.close()
    throw error
  })
  void membership.lost.then(({ message }) => logger.fatal(`this node must stop: ${message}`))
  const { ports, background } = putTogether(config, world, { role, servants, membership, logger, telemetry })
  telemetry.measure(measuredOf(config, servants, ports))
  const { forgetRequests, events, webhooks, secrets, keys } = servants.records
  const eventsTtlMs = config.eventsTtlDays * DAY_MS
  const sweeping = { ...ports, forgetRequests, events, webhooks, secrets, eventsTtlMs }
  const news = createNews()
  const lastUsed = createLastUsed({ keys, clock: world.clock })
  const sequencer = openSequencer(
    { events, news, clock: world.clock },
    { onError: error => logger.warn({ err: error }, 'events are numbered later') },
  )
  let timers: { close(): Promise<void> } | undefined
  return {
    servants,
    ports,
    news,
    lastUsed,
    logger,
    telemetry,
    lost: membership.lost,
    startSweeping: () => {
      timers = openTimers({ servants, world, sweeping, news, lastUsed, logger }, role)
    },
    sweep: () => sweep(sweeping),
    stopJobs: async () => {
      await timers?.close()
      await background.close()
    },
    close: async () => {
      await Promise.allSettled([...ports.uploads.values()].map(({ over }) => over))
      await Promise.allSettled([...ports.verifications.values(), ...ports.looks.values()])
      ports.derivations.turns.close() // whoever waited for one is gone
      await servants.pictures.close()
      await Promise.allSettled(ports.derivations.underWay.values())
      await flushLastUsed({ lastUsed, logger })
      await membership.leave()
      await sequencer.close()
      await closeServants(servants)
      await telemetry.close()
    },
  }
}

async function openWatched(config: Config, world: World, logger: Logger) {
  const telemetry = await openTelemetry(config, logger)
  const servants = await openServants(config, world).catch(async error => {
    await telemetry.close()
    throw error
  })
  return { servants: telemetry.around(servants), telemetry }
}

const measuredOf = (
  { dataDir }: Config,
  { records, blobs, media, pictures }: Servants,
  { clock, uploads, verifications }: Node['ports'],
) => ({
  clock,
  dataDir,
  uploads: () => uploads.size,
  verifications: () => verifications.size,
  probes: media.load,
  pictures: pictures.load,
  connections: records.connections,
  jobs: records.jobs,
  checkReady: async () => {
    await records.check()
    await blobs.check()
  },
})

const joinServers = async (
  config: Config,
  { clock, ids }: World,
  { servants, logger }: { servants: Servants; logger: Logger },
): Promise<Membership> =>
  join(
    { servers: servants.records.servers, clock, ids },
    {
      store: await storeOf(config),
      rows: rowsInWords(config),
      onError: error => logger.warn({ err: error }, 'could not tell the other nodes that this one is alive'),
    },
  )

interface Parts {
  role: NodeRole
  servants: Servants
  membership: Membership
  logger: Logger
  telemetry: Telemetry
}

/** The ports of the heart. Jobs run verbs, and verbs leave jobs: so both are made together. */
function putTogether(config: Config, world: World, parts: Parts) {
  const { role, servants, membership, logger, telemetry } = parts
  const { records, blobs, media, pictures, keptPictures, scanner, remote, signing } = servants
  const { clock, ids } = world
  const alive = (kind: JobKind, run: RunJob): RunJob =>
    telemetry.job(kind, async (job, signal) => {
      await membership.mustBeAlive()
      return run(job, signal)
    })
  const background = openBackground(
    { jobs: records.jobs, clock },
    {
      owner: ids.token(),
      isPolling: role.runsJobs,
      run: {
        fetch: alive('fetch', (job, signal) => runFetch(ports, job, signal)),
        settle: alive('settle', job => runSettle(ports, job)),
        collect: alive('collect', job => runCollect(ports, job)),
        discard: alive('discard', job => runDiscard(ports, job)),
      },
      onError: (error, job) =>
        logger.error({ err: error, job: job?.id }, 'a job failed and will be run again'),
    },
  )
  const ports: Ports & CompletePorts & DerivativePorts = {
    assets: whileAlive(records.assets, membership),
    blobs,
    forms: blobs.forms,
    media,
    pictures,
    keptPictures,
    derivations: createDerivations(),
    scanner,
    remote,
    background,
    clock,
    ids,
    looks: new Map(),
    uploads: new Map(),
    hashes: new Map(),
    policy: {
      ttlMs: config.uploadTtlSeconds * 1000,
      maxBytes: config.maxUploadBytes,
      ticketKid: () => signing.tickets.current().kid,
      maxPending: config.maxPendingPerWorkspace,
      stripMetadata: config.privacyStrip,
    },
    verifications: new Map(),
    completeWaitMs: config.completeWaitSeconds * 1000,
  }
  return { ports, background }
}

/** A row that names bytes must not be written once servers of another store may have taken over. */
const whileAlive = (assets: AssetRecords, { mustBeAlive }: Membership): AssetRecords => ({
  ...assets,
  save: async change => {
    await mustBeAlive()
    return assets.save(change)
  },
  saveAll: async changes => {
    await mustBeAlive()
    return assets.saveAll(changes)
  },
})
