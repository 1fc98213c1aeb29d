// The figures of one process, for Prometheus.
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { AssetRecords } from '../../assets/ports.ts'
import type { RequestWatch } from '../../http/watch-requests.ts'
import type { Measured } from '../measured.ts'
import type { Watch } from '../watch.ts'
import { createCallMetrics } from './calls.ts'
import { tellDepths } from './depths.ts'
import { openMetricsServer } from './metrics-server.ts'
import { createRequestMetrics } from './requests.ts'
import { createUploadMetrics } from './uploads.ts'

export interface Metrics {
  watch: Watch
  requests: RequestWatch
  /** The same rows, counting what becomes of uploads. */
  counting(assets: AssetRecords): AssetRecords
  /** Tells from now on what this process measures of itself. */
  measure(measured: Measured): void
  url: string
  close(): Promise<void>
}

/** Throws the system's error where the address cannot be had. */
export async function openMetrics(address: { host: string; port: number }): Promise<Metrics> {
  const registry = new Registry()
  const server = await openMetricsServer(address, {
    contentType: registry.contentType,
    text: () => registry.metrics(),
  })
  collectDefaultMetrics({ register: registry })
  return {
    watch: createCallMetrics(registry),
    requests: createRequestMetrics(registry),
    counting: createUploadMetrics(registry),
    measure: measured => tellDepths(registry, measured),
    url: server.url,
    close: server.close,
  }
}
