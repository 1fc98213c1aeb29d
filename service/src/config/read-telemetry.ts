// Where metrics are told, and where traces are sent: OpenTelemetry's own variables ask for those.
import { choice, integer, type Variables } from './read-variables.ts'

export interface TracesConfig {
  /** Takes OTLP by HTTP, in protobuf. */
  url: string
  sampler: TraceSampler
  /** Of the traces that begin here, with a sampler that goes by it. */
  ratio: number
  /** How spans are gathered before they are sent; what the queue has no room for is dropped. */
  batch: { delayMs: number; maxSpans: number; maxQueue: number }
}

const SAMPLERS = [
  'parentbased_always_on',
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

export type TraceSampler = (typeof SAMPLERS)[number]

/** Undefined tells none. */
export function metricsPort(variables: Variables, name: string, port: number): number | undefined {
  const given = integer(variables, name, { fallback: undefined, min: 0, max: 65_535 })
  if (given === undefined || given === 0 || given !== port) return given
  return variables.complain(`${name} and PORT are both ${port}: metrics need a port of their own.`)
}

/**
 * Undefined where none are asked for: no variable names an endpoint, or one says that there are to be none. Headers,
 * timeouts, certificates and attributes of the resource are read by OpenTelemetry's own libraries.
 */
export function traces(variables: Variables): TracesConfig | undefined {
  const url = endpoint(variables)
  const isOff =
    variables.text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' ||
    variables.text('OTEL_TRACES_EXPORTER')?.toLowerCase() === 'none'
  if (url === undefined || isOff) return undefined
  if (URL.parse(url.value)?.protocol.match(/^https?:$/) == null)
    return variables.complain(`${url.name} must be an http:// or https:// URL.`)
  choice(variables, 'OTEL_TRACES_EXPORTER', ['otlp'])
  const protocol = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
  choice(variables, variables.text(protocol) === undefined ? 'OTEL_EXPORTER_OTLP_PROTOCOL' : protocol, [
    'http/protobuf',
  ])
  return {
    url: url.value,
    sampler: choice(variables, 'OTEL_TRACES_SAMPLER', SAMPLERS),
    ratio: ratio(variables),
    batch: batch(variables),
  }
}

/** The one for traces is taken as it is; the one for all signals is where their paths begin. */
function endpoint(variables: Variables): { name: string; value: string } | undefined {
  const own = variables.text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
  if (own !== undefined) return { name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', value: own }
  const shared = variables.text('OTEL_EXPORTER_OTLP_ENDPOINT')
  if (shared === undefined) return undefined
  return { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: `${shared.replace(/\/+$/, '')}/v1/traces` }
}

function ratio(variables: Variables): number {
  const given = variables.text('OTEL_TRACES_SAMPLER_ARG')
  if (given === undefined || !variables.text('OTEL_TRACES_SAMPLER')?.endsWith('traceidratio')) return 1
  const value = Number(given)
  if (value >= 0 && value <= 1) return value
  variables.complain(`OTEL_TRACES_SAMPLER_ARG is "${given}" and must be a number from 0 to 1.`)
  return 1
}

function batch(variables: Variables): TracesConfig['batch'] {
  const whole = (name: string, fallback: number, max: number) =>
    integer(variables, name, { fallback, min: 1, max })
  const maxQueue = whole('OTEL_BSP_MAX_QUEUE_SIZE', 2048, 1_000_000)
  return {
    delayMs: whole('OTEL_BSP_SCHEDULE_DELAY', 5_000, 600_000),
    maxSpans: Math.min(maxQueue, whole('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512, 100_000)),
    maxQueue,
  }
}
