// What watches a process: metrics where METRICS_PORT asks for them, traces where an OTEL_ variable does, mostly nothing.
import type { Logger } from 'pino'
import { listenComplaint } from '../config/check-place.ts'
import type { Config } from '../config/config.ts'
import { Fault } from '../ground/fault.ts'
import type { JobKind } from '../ground/job.ts'
import type { RequestWatch } from '../http/watch-requests.ts'
import type { RunJob } from '../jobs/background.ts'
import type { Records } from '../records/records.ts'
import type { Measured } from '../telemetry/measured.ts'
import type { Metrics } from '../telemetry/metrics/open-metrics.ts'
import type { Traces } from '../telemetry/traces/open-traces.ts'
import { both, type Watch, watched } from '../telemetry/watch.ts'
import { watchedBlobs } from '../telemetry/watched-blobs.ts'
import { version } from '../version.ts'
import type { Servants } from './servants.ts'

export interface Telemetry {
  requests: RequestWatch[]
  /** Where metrics are told. */
  metricsUrl: string | undefined
  around(servants: Servants): Servants
  job(kind: JobKind, run: RunJob): RunJob
  measure(measured: Omit<Measured, 'version'>): void
  close(): Promise<void>
}

/** The libraries are loaded only where they are asked for. Throws a Fault where the port cannot be had. */
export async function openTelemetry(config: Config, logger: Logger): Promise<Telemetry> {
  const metrics = await metricsOf(config)
  const traces = await tracesOf(config, logger)
  if (metrics === undefined && traces === undefined) return NONE
  const calls = joined(metrics?.watch, traces?.watch)
  const roots = joined(metrics?.watch, traces?.roots)
  return {
    requests: [metrics?.requests, traces?.requests].filter(watch => watch !== undefined),
    metricsUrl: metrics?.url,
    around: servants => watchedServants(servants, { calls, metrics, traces }),
    job: (kind, run) => {
      const call = { port: 'jobs', operation: `run_${kind}` }
      return (job, signal) => roots(call, () => run(job, signal))
    },
    measure: measured => metrics?.measure({ ...measured, version }),
    close: async () => {
      await traces?.close()
      await metrics?.close()
    },
  }
}

/** Nothing stands between anybody. */
const NONE: Telemetry = {
  requests: [],
  metricsUrl: undefined,
  around: servants => servants,
  job: (_, run) => run,
  measure: () => undefined,
  close: async () => undefined,
}

async function metricsOf({ host, metricsPort: port }: Config): Promise<Metrics | undefined> {
  if (port === undefined) return undefined
  const { openMetrics } = await import('../telemetry/metrics/open-metrics.ts')
  return openMetrics({ host, port }).catch(cause => {
    throw new Fault([listenComplaint({ host, port }, cause, 'METRICS_PORT')], { cause })
  })
}

async function tracesOf({ traces, database }: Config, logger: Logger): Promise<Traces | undefined> {
  if (traces === undefined) return undefined
  const { openTraces } = await import('../telemetry/traces/open-traces.ts')
  return openTraces({
    ...traces,
    version,
    database: database === undefined ? 'sqlite' : 'postgresql',
    onError: error => logger.warn({ err: error }, 'traces cannot be sent and are dropped'),
  })
}

const joined = (metrics: Watch | undefined, traces: Watch | undefined): Watch => {
  if (metrics === undefined) return traces ?? ((_, run) => run())
  return traces === undefined ? metrics : both(metrics, traces)
}

interface Watching {
  calls: Watch
  metrics: Metrics | undefined
  traces: Traces | undefined
}

function watchedServants(servants: Servants, { calls, metrics, traces }: Watching): Servants {
  const { media, pictures, scanner, remote, sender } = servants
  const { inspect } = media
  const { derive } = pictures
  const { fetch } = remote
  const sending = traces?.sending(sender) ?? sender
  const { post } = sending
  const records = watchedRecords(servants.records, calls)
  return {
    ...servants,
    records: { ...records, assets: metrics?.counting(records.assets) ?? records.assets },
    blobs: watchedBlobs(servants.blobs, calls),
    media: { ...media, ...watched({ inspect }, 'media', calls) },
    pictures: { ...pictures, ...watched({ derive }, 'pictures', calls) },
    scanner: watched(scanner, 'scanner', calls),
    remote: { ...remote, ...watched({ fetch }, 'remote', calls) },
    // Its span has been begun already, which every delivery has.
    sender: { ...sending, ...(metrics && watched({ post }, 'sender', metrics.watch)) },
  }
}

function watchedRecords(records: Records, watch: Watch): Records {
  const { findRequest, saveRequest, forgetRequests } = records
  const { watch: watchEvents, ...events } = records.events
  const { ofWebhooks, ...secrets } = records.secrets // the first answers with pages, which no call is around
  return {
    ...records,
    ...watched({ findRequest, saveRequest, forgetRequests }, 'requests', watch),
    workspaces: watched(records.workspaces, 'workspaces', watch),
    keys: watched(records.keys, 'keys', watch),
    projects: watched(records.projects, 'projects', watch),
    assets: watched(records.assets, 'assets', watch),
    events: { watch: watchEvents, ...watched(events, 'events', watch) },
    webhooks: watched(records.webhooks, 'webhooks', watch),
    jobs: watched(records.jobs, 'jobs', watch),
    servers: watched(records.servers, 'servers', watch),
    secrets: { ofWebhooks, ...watched(secrets, 'secrets', watch) },
  }
}
