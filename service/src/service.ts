// The joiner: chooses the servants, hands them to the nouns and opens the doors.
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import pino from 'pino'
import type { CompletePorts } from './assets/complete.ts'
import type { Ports } from './assets/ports.ts'
import { runCollect } from './assets/run-collect.ts'
import { runDiscard } from './assets/run-discard.ts'
import { runFetch } from './assets/run-fetch.ts'
import { runSettle } from './assets/run-settle.ts'
import type { Config } from './config/config.ts'
import { localOrigin } from './config/local-origin.ts'
import { loadSecretKey } from './config/secret-key.ts'
import { type Clock, systemClock } from './ground/clock.ts'
import { unavailable } from './ground/errors.ts'
import { type Ids, randomIds } from './ground/ids.ts'
import { signingKeys } from './ground/secrets.ts'
import { createApp } from './http/create-app.ts'
import type { Deps } from './http/deps.ts'
import { createFlights } from './http/flights.ts'
import { watchUnused } from './http/unused-connections.ts'
import { createUrls, type Urls } from './http/urls.ts'
import { openBackground } from './jobs/background.ts'
import { openSweeper, type SweepReport, sweep } from './jobs/sweep.ts'
import { openMedia } from './media/open-media.ts'
import type { Records } from './records/records.ts'
import { createRemote, type RemoteWorld } from './remote/create-remote.ts'
import { createClamdScanner } from './scan/clamd.ts'
import { noScanner } from './scan/no-scanner.ts'
import { chooseDelivery } from './service/choose-delivery.ts'
import { openRows } from './service/rows.ts'
import { mustBeWhole, openWholeBlobs } from './service/whole.ts'
import { version } from './version.ts'

export type { Records } from './records/records.ts'

/** What a test may stop or foretell. */
export interface World {
  clock: Clock
  ids: Ids
  /** What stands for the internet. */
  remote?: Partial<RemoteWorld>
  /** Adapters put around the servants, before anyone is given them: to watch them, or to let them fail. */
  around?: (servants: Servants) => Servants
}

const systemWorld: World = { clock: systemClock, ids: randomIds }
const SWEEP_INTERVAL_MS = 60_000
/** Requests in flight may finish for this long once the service is asked to stop. */
const DRAIN_MS = 30_000
const IDLE_CHECK_MS = 50

export interface Service {
  records: Records
  world: World
  urls: Urls
  /** Starts to answer; resolves when it does. Throws the system's error when the address cannot be had. */
  listen(): Promise<void>
  /** Does now what time does once a minute. */
  sweep(): Promise<SweepReport>
  /** Lets requests in flight finish, for a bounded time, then closes everything. */
  close(): Promise<void>
}

/** The rows alone, for whoever does not need the doors. The data folder must exist. */
export async function openRecords(config: Config): Promise<Records> {
  await mustBeWhole(config)
  return openRows(config)
}

export async function openService(config: Config, world: World = systemWorld): Promise<Service> {
  const logger = pino({ level: config.logLevel, base: null })
  const opened = await openServants(config, world)
  const servants = world.around?.(opened) ?? opened
  const { ports, background } = join(config, world, { servants, logger })
  const sweeping = { ...ports, forgetRequests: servants.records.forgetRequests }
  const address = createAddress(config)
  const urls = createUrls({ ...address, ticketKey: servants.signing.tickets })
  const app = await createApp(depsOf(config, { servants, ports, urls }), {
    version,
    logger,
    tls: await readTls(config),
    trustProxy: config.trustProxy,
    corsOrigins: config.corsOrigins,
    rateLimit: config.rateLimit,
  })
  const drain = createDrain(app.server)
  let sweeper: { close(): Promise<void> } | undefined
  return {
    records: servants.records,
    world,
    urls,
    listen: async () => {
      const { host, port } = config
      await app.listen({ host, port, listenTextResolver: origin => `listening on ${origin}` })
      address.listensOn(app.server)
      sweeper = openSweeper(sweeping, {
        intervalMs: SWEEP_INTERVAL_MS,
        onSwept: report => logger.debug(report, 'swept'),
        onError: error => logger.error({ err: error }, 'the sweep failed and will be tried again'),
      })
    },
    sweep: () => sweep(sweeping),
    close: async () => {
      await sweeper?.close()
      await background.close() // what it was doing goes on at the next start, and requests that waited for it answer
      stopResumable(ports.uploads)
      await drain(() => app.close())
      await Promise.allSettled([...ports.uploads.values()].map(({ over }) => over))
      await Promise.allSettled([...ports.verifications.values(), ...ports.looks.values()])
      await servants.media.close()
      await servants.blobs.close()
      await servants.records.close()
    },
  }
}

/** What the nouns are served by; the choice between implementations is made here. */
async function openServants(config: Config, world: World) {
  return {
    records: await openRecords(config),
    blobs: await openWholeBlobs(config),
    media: openMedia(),
    scanner: config.clamav === undefined ? noScanner : createClamdScanner(config.clamav),
    remote: createRemote(
      { ports: config.fetchPorts, hostAllowlist: config.fetchHostAllowlist },
      world.remote,
    ),
    signing: signingKeys(await loadSecretKey(config)),
  }
}

export type Servants = Awaited<ReturnType<typeof openServants>>

/** The ports of the heart. Jobs run verbs, and verbs leave jobs: so both are made together. */
function join(config: Config, world: World, parts: { servants: Servants; logger: pino.Logger }) {
  const { records, blobs, media, scanner, remote, signing } = parts.servants
  const { clock, ids } = world
  const background = openBackground(
    { jobs: records.jobs, clock },
    {
      owner: ids.token(),
      run: {
        fetch: (job, signal) => runFetch(ports, job, signal),
        settle: job => runSettle(ports, job),
        collect: job => runCollect(ports, job),
        discard: job => runDiscard(ports, job),
      },
      onError: (error, job) =>
        parts.logger.error({ err: error, job: job?.id }, 'a job failed and will be run again'),
    },
  )
  const ports: Ports & CompletePorts = {
    assets: records.assets,
    blobs,
    forms: blobs.forms,
    media,
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
      ticketKid: signing.tickets.kid,
      maxPending: config.maxPendingPerWorkspace,
      stripMetadata: config.privacyStrip,
    },
    verifications: new Map(),
    completeWaitMs: config.completeWaitSeconds * 1000,
  }
  return { ports, background }
}

function depsOf(
  config: Config,
  parts: { servants: Servants; ports: Ports & CompletePorts; urls: Urls },
): Deps {
  const { records, blobs, signing } = parts.servants
  return {
    ...parts.ports,
    workspaces: records.workspaces,
    keys: records.keys,
    projects: records.projects,
    findRequest: records.findRequest,
    saveRequest: records.saveRequest,
    flights: createFlights(),
    urls: parts.urls,
    signing,
    deliver: chooseDelivery(config, { assets: records.assets, blobs, clock: parts.ports.clock }),
    mediaCacheSeconds: config.mediaCacheSeconds,
    checkReady: async () => {
      await records.check()
      await blobs.check()
    },
  }
}

/** What they have brought stays, so their clients need not be waited for: they go on after the start. */
function stopResumable(uploads: Ports['uploads']): void {
  for (const upload of uploads.values())
    if (upload.isResumable) upload.stop(unavailable(new Error('the service is stopping')))
}

/** With port 0 the address is known only once the server listens. */
function createAddress(config: Config) {
  let listeningOn = ''
  const publicUrl = () => config.publicUrl ?? listeningOn
  return {
    publicUrl,
    mediaUrl: () => config.mediaUrl ?? publicUrl(),
    listensOn: (server: Server) => {
      const address = server.address()
      listeningOn = localOrigin(config, typeof address === 'object' && address ? address.port : config.port)
    },
  }
}

/** Lets requests in flight finish, for a bounded time. */
function createDrain(server: Server) {
  const closeUnused = watchUnused(server)
  return async (close: () => PromiseLike<unknown>): Promise<void> => {
    const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    // A connection whose last request has finished would be kept for the next one.
    const noMore = setInterval(closeUnused, IDLE_CHECK_MS)
    await close()
    clearTimeout(cutOff)
    clearInterval(noMore)
  }
}

const readTls = async ({ tls }: Config) =>
  tls && { cert: await readFile(tls.certFile), key: await readFile(tls.keyFile) }
