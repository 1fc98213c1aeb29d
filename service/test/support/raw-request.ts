// Requests exactly as written: paths that no client would normalise, headers that fetch would not send.
import http from 'node:http'
import https from 'node:https'
import { buffer } from 'node:stream/consumers'

export interface RawAnswer {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
}

export interface RawRequest {
  method?: string
  headers?: http.OutgoingHttpHeaders
  body?: Uint8Array | undefined
  /** What is trusted where the origin is https, in PEM. */
  ca?: string
}

/** `path` is sent as it is. The connection is not kept. */
export async function rawRequest(origin: string, path: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { hostname, port, protocol } = new URL(origin)
  const { body, ...head } = options
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  const client = protocol === 'https:' ? https : http
  client
    .request({ hostname, port, path, agent: false, method: 'GET', ...head }, resolve)
    .once('error', reject)
    .end(body)
  const response = await promise
  return { status: response.statusCode ?? 0, headers: response.headers, body: await bodyOf(response) }
}

/** A stream of events has no end: that it has begun is the answer. */
async function bodyOf(response: http.IncomingMessage): Promise<Buffer> {
  if (!response.headers['content-type']?.startsWith('text/event-stream')) return buffer(response)
  response.destroy()
  return Buffer.alloc(0)
}
