// Traces are asked for by OpenTelemetry's own variables, and where they ask for what is not there they are complained of.
import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/config/config.ts'

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }
const tracesOf = (environment: Record<string, string>) => readSettings(environment).config.traces

describe('Traces', () => {
  it('are sent below the endpoint of all signals, or to that of their own', () => {
    const url = 'http://collector:4318/v1/traces'
    expect(tracesOf(ENDPOINT)).toEqual({
      url,
      sampler: 'parentbased_always_on',
      ratio: 1,
      batch: { delayMs: 5000, maxSpans: 512, maxQueue: 2048 },
    })
    const own = { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/in' }
    expect(tracesOf(own)?.url).toBe('https://traces.example.com/in')
  })

  it.each([
    ['no endpoint is named', {}],
    ['the SDK is disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }],
    ['there is no exporter', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  ])('are not made where %s', (_, environment) => {
    expect(readSettings(environment)).toMatchObject({ config: { traces: undefined }, complaints: [] })
  })

  it('are sampled as the variables say', () => {
    const sampled = {
      ...ENDPOINT,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    }
    expect(tracesOf(sampled)).toMatchObject({ sampler: 'parentbased_traceidratio', ratio: 0.25 })
  })

  it.each([
    ['OTEL_TRACES_EXPORTER', 'zipkin'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
  ])('are complained of where %s is %s, unless there are none', (name, value) => {
    expect(readSettings({ ...ENDPOINT, [name]: value }).complaints).toEqual([
      expect.stringMatching(new RegExp(`^${name} is "${value}" and must be one of .+\\.$`)),
    ])
    expect(readSettings({ [name]: value }).complaints).toEqual([])
  })

  it('are complained of where the ratio is none', () => {
    const sampled = { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10%' }
    expect(readSettings(sampled).complaints).toEqual([expect.stringMatching(/^OTEL_TRACES_SAMPLER_ARG /)])
  })
})
