// What makes spans, and the context they are made in; nothing of it is global, so that processes may hold several.
import type { Context, ContextManager, Span, TextMapPropagator, Tracer } from '@opentelemetry/api'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { Refusal } from '../../ground/errors.ts'
import { FetchFailure } from '../../ground/fetch-failure.ts'

export interface Tracing {
  tracer: Tracer
  contexts: ContextManager
  /** W3C trace context. */
  propagator: TextMapPropagator
}

/** The span of a context, where it is one that will be told of. */
export function recordingIn(context: Context): Span | undefined {
  const span = trace.getSpan(context)
  return span?.isRecording() ? span : undefined
}

/** Of an error its kind alone: messages may name files and hosts. */
export function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR })
  span.setAttribute('error.type', kindOf(error))
}

function kindOf(error: unknown): string {
  if (error instanceof Refusal) return error.code
  if (error instanceof FetchFailure) return 'fetch_failed'
  return error instanceof Error ? error.name : 'unknown'
}
