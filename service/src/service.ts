// The joiner: chooses the servants, hands them to the nouns and opens the doors.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import pino from 'pino'
import type { CompletePorts } from './assets/complete.ts'
import type { Ports } from './assets/ports.ts'
import { openDisk } from './blobs/disk/open-disk.ts'
import type { Config } from './config/config.ts'
import { localOrigin } from './config/local-origin.ts'
import { loadSecretKey } from './config/secret-key.ts'
import { type Clock, systemClock } from './ground/clock.ts'
import { type Ids, randomIds } from './ground/ids.ts'
import { type SigningKeys, signingKeys } from './ground/secrets.ts'
import { createApp } from './http/create-app.ts'
import type { Deps } from './http/deps.ts'
import { watchUnused } from './http/unused-connections.ts'
import { createUrls, type Urls } from './http/urls.ts'
import { openSweeper, type SweepReport, sweep } from './jobs/sweep.ts'
import { inspect } from './media/inspect.ts'
import { sniff } from './media/sniff.ts'
import type { Records } from './records/records.ts'
import { openSqlite } from './records/sqlite/open-sqlite.ts'
import { version } from './version.ts'

export type { Records } from './records/records.ts'

/** What a test may stop or foretell. */
export interface World {
  clock: Clock
  ids: Ids
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
export const openRecords = (config: Config): Promise<Records> => openSqlite(config.dataDir)

export async function openService(config: Config, world: World = systemWorld): Promise<Service> {
  const records = await openRecords(config)
  const blobs = await openDisk(path.join(config.dataDir, 'blobs'))
  const signing = signingKeys(await loadSecretKey(config))
  const logger = pino({ level: config.logLevel, base: null })
  let listeningOn: string | undefined
  const publicUrl = () => config.publicUrl ?? listeningOn ?? ''
  const urls = createUrls({
    publicUrl,
    mediaUrl: () => config.mediaUrl ?? publicUrl(),
    ticketKey: signing.tickets,
  })
  const ports = joinPorts({ config, world, records, blobs, signing })
  const deps: Deps = {
    ...ports,
    workspaces: records.workspaces,
    keys: records.keys,
    projects: records.projects,
    findRequest: records.findRequest,
    urls,
    signing,
    mediaCacheSeconds: config.mediaCacheSeconds,
    checkReady: async () => {
      await records.check()
      await blobs.check()
    },
  }
  const app = await createApp(deps, {
    version,
    logger,
    tls: await readTls(config),
    trustProxy: config.trustProxy,
    corsOrigins: config.corsOrigins,
  })
  const closeUnused = watchUnused(app.server)
  let sweeper: { close(): Promise<void> } | undefined
  return {
    records,
    world,
    urls,
    listen: async () => {
      await app.listen({
        host: config.host,
        port: config.port,
        listenTextResolver: address => `listening on ${address}`,
      })
      const address = app.server.address()
      listeningOn = localOrigin(config, typeof address === 'object' && address ? address.port : config.port)
      sweeper = openSweeper(ports, {
        intervalMs: SWEEP_INTERVAL_MS,
        onSwept: report => logger.debug(report, 'swept'),
        onError: error => logger.error({ err: error }, 'the sweep failed and will be tried again'),
      })
    },
    sweep: () => sweep(ports),
    close: async () => {
      await sweeper?.close()
      const cutOff = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
      // A connection whose last request has finished would be kept for the next one.
      const noMore = setInterval(closeUnused, IDLE_CHECK_MS)
      await app.close()
      clearTimeout(cutOff)
      clearInterval(noMore)
      await Promise.allSettled(ports.verifications.values())
      await records.close()
    },
  }
}

function joinPorts(parts: {
  config: Config
  world: World
  records: Records
  blobs: Ports['blobs']
  signing: SigningKeys
}): Ports & CompletePorts {
  const { config, world, records, blobs, signing } = parts
  return {
    assets: records.assets,
    blobs,
    media: { sniff, inspect },
    clock: world.clock,
    ids: world.ids,
    policy: {
      ttlMs: config.uploadTtlSeconds * 1000,
      maxBytes: config.maxUploadBytes,
      ticketKid: signing.tickets.kid,
    },
    verifications: new Map(),
    completeWaitMs: config.completeWaitSeconds * 1000,
  }
}

const readTls = async ({ tls }: Config) =>
  tls && { cert: await readFile(tls.certFile), key: await readFile(tls.keyFile) }
