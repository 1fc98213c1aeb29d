// A site that is not ours: another origin, with pages that a test writes.
import { createServer } from 'node:http'

export interface OtherOrigin {
  origin: string
  /** Serves `body` at `/name`; answers its URL. */
  add(name: string, body: string | Uint8Array, headers: Record<string, string>): string
  close(): Promise<void>
}

export async function openOtherOrigin(): Promise<OtherOrigin> {
  const pages = new Map<string, { body: string | Uint8Array; headers: Record<string, string> }>()
  const server = createServer((request, response) => {
    const page = pages.get(request.url ?? '')
    response.writeHead(page ? 200 : 204, page?.headers).end(page?.body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return {
    origin,
    add: (name, body, headers) => {
      pages.set(`/${name}`, { body, headers })
      return `${origin}/${name}`
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
