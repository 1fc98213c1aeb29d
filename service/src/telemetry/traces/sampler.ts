// Which traces are told of, by the names that OpenTelemetry gives its samplers.
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'

export interface Sampling {
  sampler: string
  ratio: number
}

/** `parentbased_` goes by what the client has decided for its trace, and by the rest of the name where there is none. */
export function samplerOf({ sampler, ratio }: Sampling): Sampler {
  const ofParent = /^parentbased_(.+)$/.exec(sampler)?.[1]
  if (ofParent !== undefined) return new ParentBasedSampler({ root: samplerOf({ sampler: ofParent, ratio }) })
  if (sampler === 'always_off') return new AlwaysOffSampler()
  return sampler === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler()
}
