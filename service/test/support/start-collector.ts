// A collector of traces on this machine: it takes OTLP by HTTP and reads of its protobuf what tests look at.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface CollectedSpan {
  traceId: string
  spanId: string
  /** Empty for the first of a trace. */
  parentId: string
  name: string
  kind: number
  attributes: Record<string, string | number>
  /** 2 is an error. */
  status: number
  /** Of the process that sent it. */
  resource: Record<string, string | number>
}

export interface Collector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string
  spans: CollectedSpan[]
  /** Of each request that came. */
  headers: IncomingHttpHeaders[]
  /** All that was sent, for whoever looks for what must not be in it. */
  bytes(): Buffer
  close(): Promise<void>
}

export async function startCollector(): Promise<Collector> {
  const bodies: Buffer[] = []
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    bodies.push(body)
    collector.headers.push(request.headers)
    if (request.url === '/v1/traces') collector.spans.push(...spansIn(body))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the collector listens on no port')
  const collector: Collector = {
    url: `http://127.0.0.1:${address.port}`,
    spans: [],
    headers: [],
    bytes: () => Buffer.concat(bodies),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return collector
}

/** The fields of a message by number, each as often as it stands there. */
type Fields = Map<number, (Buffer | number)[]>

/** The wire format of Protocol Buffers, without groups; numbers beyond 2^53 lose their last digits. */
function fieldsOf(message: Buffer): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++)
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  const taken = (length: number) => {
    at += length
    return message.subarray(at - length, at)
  }
  const valueAt = (type: number) => {
    if (type === 0) return varint()
    if (type === 1) return taken(8)
    if (type === 2) return taken(varint())
    if (type === 5) return taken(4)
    throw new Error(`no such wire type: ${type}`)
  }
  while (at < message.length) {
    const tag = varint()
    const field = Math.floor(tag / 8)
    fields.set(field, [...(fields.get(field) ?? []), valueAt(tag % 8)])
  }
  return fields
}

const messages = (fields: Fields, field: number): Fields[] => bytesIn(fields, field).map(fieldsOf)
const bytesIn = (fields: Fields, field: number): Buffer[] =>
  (fields.get(field) ?? []).filter(value => typeof value !== 'number')
const textIn = (fields: Fields, field: number, encoding: 'utf8' | 'hex' = 'utf8'): string =>
  bytesIn(fields, field)[0]?.toString(encoding) ?? ''
const numberIn = (fields: Fields, field: number): number => {
  const [value] = fields.get(field) ?? []
  return typeof value === 'number' ? value : 0
}

/** ExportTraceServiceRequest of opentelemetry-proto. */
const spansIn = (body: Buffer): CollectedSpan[] =>
  messages(fieldsOf(body), 1).flatMap(resourceSpans => {
    const resource = attributesIn(messages(resourceSpans, 1)[0] ?? new Map(), 1)
    return messages(resourceSpans, 2)
      .flatMap(scopeSpans => messages(scopeSpans, 2))
      .map(span => spanOf(span, resource))
  })

const spanOf = (span: Fields, resource: CollectedSpan['resource']): CollectedSpan => ({
  traceId: textIn(span, 1, 'hex'),
  spanId: textIn(span, 2, 'hex'),
  parentId: textIn(span, 4, 'hex'),
  name: textIn(span, 5),
  kind: numberIn(span, 6),
  attributes: attributesIn(span, 9),
  status: numberIn(messages(span, 15)[0] ?? new Map(), 3),
  resource,
})

/** Strings and whole numbers; others are not looked at. */
const attributesIn = (fields: Fields, field: number): Record<string, string | number> =>
  Object.fromEntries(
    messages(fields, field).map(pair => {
      const value: Fields = messages(pair, 2)[0] ?? new Map()
      return [textIn(pair, 1), value.has(1) ? textIn(value, 1) : numberIn(value, 3)]
    }),
  )
