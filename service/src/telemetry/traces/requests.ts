// A span for each request, which goes on with the client's trace where there is one.
import {
  type Attributes,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { RequestBegun, RequestOver, RequestWatch } from '../../http/watch-requests.ts'
import type { Tracing } from './tracing.ts'

/** Never the path or the query: tickets and media tokens stand in paths. */
export const createRequestSpans = ({ tracer, contexts, propagator }: Tracing): RequestWatch => ({
  begin: request => {
    const parent = propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter)
    const { method, route } = request
    const span = tracer.startSpan(
      `${method} ${route}`,
      { kind: SpanKind.SERVER, attributes: attributesOf(request) },
      parent,
    )
    const context = trace.setSpan(parent, span)
    return {
      traceId: span.spanContext().traceId,
      // What an endless answer asks for would be told of for hours.
      ...(request.isEndless ? {} : { within: (act: () => void) => contexts.with(context, act) }),
      end: over => finish(span, over),
    }
  },
})

const attributesOf = ({ method, route, requestId }: RequestBegun): Attributes => ({
  'http.request.method': method,
  'http.route': route,
  'herbarium.request_id': requestId,
})

function finish(span: Span, { status, keyId, workspaceId, assetId }: RequestOver): void {
  const known = { key_id: keyId, workspace_id: workspaceId, asset_id: assetId }
  for (const [name, value] of Object.entries(known))
    if (value !== undefined) span.setAttribute(`herbarium.${name}`, value)
  if (status !== undefined) span.setAttribute('http.response.status_code', status)
  if (status === undefined || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
