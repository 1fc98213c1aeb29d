// An endpoint that is told of events, in the operator's own network: it keeps what it is sent and answers as it is told.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Received {
  headers: IncomingHttpHeaders
  body: string
  /** The body, taken apart. */
  told: { id: string; type: string; data: { seq: number; asset_id: string; event_id: string } }
}

export interface Receiver {
  url: string
  received: Received[]
  /** What it answers from now on; 0 for nothing at all. */
  status: number
  /** Resolves once so many have come. */
  until(count: number): Promise<Received[]>
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  let onReceived: () => void = () => undefined
  const server = createServer(async (request, response) => {
    const body = await text(request)
    receiver.received.push({ headers: request.headers, body, told: JSON.parse(body) })
    if (receiver.status !== 0)
      response.writeHead(receiver.status, { location: 'http://localhost/' }).end('thanks')
    onReceived()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver listens on no port')
  const receiver: Receiver = {
    url: `http://localhost:${address.port}/hooks`,
    received: [],
    status: 200,
    until: async count => {
      while (receiver.received.length < count)
        await new Promise<void>(resolve => {
          onReceived = resolve
        })
      return receiver.received
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return receiver
}
