// A port of its own for whoever scrapes: no key, no TLS, nothing but the figures.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

export interface MetricsServer {
  url: string
  close(): Promise<void>
}

export interface Page {
  contentType: string
  text(): Promise<string>
}

/** Throws the system's error where the address cannot be had. */
export async function openMetricsServer(
  { host, port }: { host: string; port: number },
  page: Page,
): Promise<MetricsServer> {
  const server = createServer(answerWith(page))
  server.listen({ host, port })
  await once(server, 'listening')
  const address = server.address()
  const listening = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening}/metrics`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const answerWith =
  ({ contentType, text }: Page): RequestListener =>
  async (request, response) => {
    request.resume()
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end('Only GET /metrics is answered here.\n')
      return
    }
    const body = await text().catch(() => undefined)
    if (body === undefined) response.writeHead(500).end('The figures could not be gathered.\n')
    else response.writeHead(200, { 'content-type': contentType }).end(body)
  }
