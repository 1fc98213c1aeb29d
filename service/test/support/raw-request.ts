// Requests exactly as written: paths that no client would normalise, headers that fetch would not send.
import http from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface RawAnswer {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
}

/** `path` is sent as it is. The connection is not kept. */
export async function rawRequest(
  origin: string,
  path: string,
  options: { method?: string; headers?: http.OutgoingHttpHeaders; body?: Uint8Array | undefined } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  const { body, ...head } = options
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  http
    .request({ hostname, port, path, agent: false, method: 'GET', ...head }, resolve)
    .once('error', reject)
    .end(body)
  const response = await promise
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) }
}
