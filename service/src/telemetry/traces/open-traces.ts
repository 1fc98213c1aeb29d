// Traces of one process, sent by OTLP to whoever collects them.
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { RequestWatch } from '../../http/watch-requests.ts'
import type { WebhookSender } from '../../webhooks/ports.ts'
import type { Call, Watch } from '../watch.ts'
import { createCallSpans, createRootSpans } from './calls.ts'
import { createRequestSpans } from './requests.ts'
import { type Sampling, samplerOf } from './sampler.ts'
import { tracedSender } from './sender.ts'
import type { Tracing } from './tracing.ts'

export interface TraceOptions extends Sampling {
  url: string
  version: string
  batch: { delayMs: number; maxSpans: number; maxQueue: number }
  /** What OpenTelemetry calls the database. */
  database: string
  /** Told at most once a minute. */
  onError(error: unknown): void
}

export interface Traces {
  /** Calls that are part of a trace. */
  watch: Watch
  /** What happens without a request, such as jobs. */
  roots: Watch
  requests: RequestWatch
  sending(sender: WebhookSender): WebhookSender
  /** Sends what is left, for a bounded time. */
  close(): Promise<void>
}

const CLOSE_WITHIN_MS = 5_000
const COMPLAIN_EVERY_MS = 60_000
/** Whatever is not among them is asked of the database. */
const ELSEWHERE = new Set(['blobs', 'media', 'pictures', 'scanner', 'remote'])

export function openTraces(options: TraceOptions): Traces {
  const contexts = new AsyncLocalStorageContextManager().enable()
  const provider = new TracerProvider({
    resource: resourceOf(options.version),
    sampler: samplerOf(options),
    spanProcessors: [processorOf(options)],
  })
  const tracer = provider.getTracer('herbarium', options.version)
  const tracing: Tracing = { tracer, contexts, propagator: new W3CTraceContextPropagator() }
  const attributesOf = ({ port, operation }: Call) =>
    ELSEWHERE.has(port) ? {} : { 'db.system.name': options.database, 'db.operation.name': operation }
  const roots = createRootSpans(tracing)
  return {
    watch: createCallSpans(tracing, attributesOf),
    roots,
    requests: createRequestSpans(tracing),
    sending: sender => tracedSender(sender, tracing, roots),
    close: async () => {
      const { promise: waited, resolve } = Promise.withResolvers<void>()
      const wait = setTimeout(resolve, CLOSE_WITHIN_MS)
      await Promise.race([provider.shutdown().catch(options.onError), waited])
      clearTimeout(wait)
      contexts.disable()
    },
  }
}

const processorOf = (options: TraceOptions): SpanProcessor =>
  new BatchSpanProcessor({
    exporter: exporterTo(options),
    scheduledDelayMillis: options.batch.delayMs,
    maxExportBatchSize: options.batch.maxSpans,
    maxQueueSize: options.batch.maxQueue,
  })

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word. */
const resourceOf = (version: string) =>
  resourceFromAttributes({ 'service.name': 'herbarium', 'service.version': version }).merge(
    detectResources({ detectors: [envDetector] }),
  )

/** The library would tell its failures to a logger that all of the process shares. */
function exporterTo({ url, onError }: TraceOptions): SpanExporter {
  const exporter = new OTLPTraceExporter({ url })
  let complainedAt = Number.NEGATIVE_INFINITY
  const complain = (error: unknown) => {
    if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return
    complainedAt = performance.now()
    onError(error)
  }
  return {
    export: (spans, done) =>
      exporter.export(spans, (result: ExportResult) => {
        if (result.code !== ExportResultCode.SUCCESS) complain(result.error)
        done(result)
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
}
