// The joiner: opens the doors of one node to the nouns.
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { presetsWith } from './assets/derivatives/recipe.ts'
import type { Ports } from './assets/ports.ts'
import type { UploadUnderWay } from './assets/under-way.ts'
import type { Config } from './config/config.ts'
import { localOrigin } from './config/local-origin.ts'
import { unavailable } from './ground/errors.ts'
import { createApp } from './http/create-app.ts'
import type { Deps } from './http/deps.ts'
import { createFlights } from './http/flights.ts'
import { watchUnused } from './http/unused-connections.ts'
import { createUrls, type Urls } from './http/urls.ts'
import type { SweepReport } from './jobs/sweep.ts'
import type { Records } from './records/records.ts'
import { chooseDelivery } from './service/choose-delivery.ts'
import { type Node, type NodeRole, openNode } from './service/node.ts'
import { systemWorld, type World } from './service/servants.ts'
import type { Worker } from './service/worker.ts'
import { pageFolder, version } from './version.ts'

export type { Records } from './records/records.ts'
export type { Servants, World } from './service/servants.ts'

/** Requests in flight may finish for this long once the service is asked to stop. */
const DRAIN_MS = 30_000
const IDLE_CHECK_MS = 50

export interface Service extends Worker {
  records: Records
  world: World
  urls: Urls
  /** Starts to answer; resolves when it does. Throws the system's error when the address cannot be had. */
  listen(): Promise<void>
  /** Does now what time does once a minute. */
  sweep(): Promise<SweepReport>
  /** Reads the signing keys now, as time does every 20 seconds. */
  readKeys(): Promise<void>
  /** Lets requests in flight finish, for a bounded time, then closes everything. */
  close(): Promise<void>
}

/** Throws a Fault where a live node of these rows has its bytes in another store. */
export async function openService(
  config: Config,
  world: World = systemWorld,
  role: NodeRole = { runsJobs: true },
): Promise<Service> {
  const node = await openNode(config, world, role)
  const { servants, ports, news, lastUsed, logger, lost, sweep } = node
  const address = createAddress(config)
  const urls = createUrls({ ...address, signing: servants.signing, clock: world.clock })
  const app = await createApp(depsOf(config, { servants, ports, news, lastUsed, urls }), {
    version,
    pageFolder,
    logger,
    tls: await readTls(config),
    trustProxy: config.trustProxy,
    corsOrigins: config.corsOrigins,
    rateLimit: config.rateLimit,
    watches: node.telemetry.requests,
  })
  const drain = createDrain(app.server, () => stopUploads(ports.uploads))
  return {
    records: servants.records,
    world,
    urls,
    metricsUrl: node.telemetry.metricsUrl,
    lost,
    listen: async () => {
      const { host, port } = config
      await app.listen({ host, port, listenTextResolver: origin => `listening on ${origin}` })
      address.listensOn(app.server)
      node.startSweeping()
    },
    sweep,
    readKeys: servants.signing.read,
    close: async () => {
      await node.stopJobs() // requests that waited for a job answer
      // What they have brought stays, so their clients need not be waited for: they go on after the start.
      stopUploads(ports.uploads, ({ isResumable }) => isResumable)
      await drain(() => app.close())
      await node.close()
    },
  }
}

function depsOf(
  config: Config,
  parts: Pick<Node, 'servants' | 'ports' | 'news' | 'lastUsed'> & { urls: Urls },
): Deps {
  const { records, blobs, signing } = parts.servants
  return {
    ...parts.ports,
    workspaces: records.workspaces,
    keys: records.keys,
    projects: records.projects,
    events: records.events,
    webhooks: records.webhooks,
    sender: parts.servants.sender,
    seal: parts.servants.seal,
    news: parts.news,
    lastUsed: parts.lastUsed,
    findRequest: records.findRequest,
    saveRequest: records.saveRequest,
    flights: createFlights(),
    urls: parts.urls,
    signing,
    deliver: chooseDelivery(config, { assets: records.assets, blobs, clock: parts.ports.clock }),
    mediaCacheSeconds: config.mediaCacheSeconds,
    presets: presetsWith(config.imagePresets),
    checkReady: async () => {
      await records.check()
      await blobs.check()
    },
  }
}

function stopUploads(uploads: Ports['uploads'], isMeant: (upload: UploadUnderWay) => boolean = () => true) {
  for (const upload of uploads.values())
    if (isMeant(upload)) upload.stop(unavailable(new Error('the service is stopping')))
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

/** Lets requests in flight finish, for a bounded time; `onCutOff` is told before the others are cut off. */
function createDrain(server: Server, onCutOff: () => void) {
  const closeUnused = watchUnused(server)
  return async (close: () => PromiseLike<unknown>): Promise<void> => {
    const cutOff = setTimeout(() => {
      onCutOff()
      server.closeAllConnections()
    }, DRAIN_MS)
    // A connection whose last request has finished would be kept for the next one.
    const noMore = setInterval(closeUnused, IDLE_CHECK_MS)
    await close()
    clearTimeout(cutOff)
    clearInterval(noMore)
  }
}

const readTls = async ({ tls }: Config) =>
  tls && { cert: await readFile(tls.certFile), key: await readFile(tls.keyFile) }
