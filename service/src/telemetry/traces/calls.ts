// A span for each call of a port that is part of a trace.
import { type Attributes, SpanKind, trace } from '@opentelemetry/api'
import type { Call, Watch } from '../watch.ts'
import { failed, recordingIn, type Tracing } from './tracing.ts'

/** What polls would make a trace of each look, so a call that nobody's trace leads to is not told of. */
export const createCallSpans =
  (tracing: Tracing, attributesOf: (call: Call) => Attributes): Watch =>
  (call, run) =>
    recordingIn(tracing.contexts.active()) === undefined
      ? run()
      : spanned(tracing, { call, attributesOf }, run)

/** The same for what begins by itself: a trace of its own, unless it is part of one. */
export const createRootSpans =
  (tracing: Tracing): Watch =>
  (call, run) =>
    spanned(tracing, { call, attributesOf: () => ({}) }, run)

async function spanned<T>(
  { tracer, contexts }: Tracing,
  { call, attributesOf }: { call: Call; attributesOf: (call: Call) => Attributes },
  run: () => Promise<T>,
): Promise<T> {
  const parent = contexts.active()
  const name = `${call.port}.${call.operation}`
  const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes: attributesOf(call) }, parent)
  try {
    return await contexts.with(trace.setSpan(parent, span), run)
  } catch (error) {
    failed(span, error)
    throw error
  } finally {
    span.end()
  }
}
