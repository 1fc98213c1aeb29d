// A stranger on the internet: an HTTPS server on 127.0.0.1 that answers as badly as a test wants.
import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import type { Certificate } from './test-ca.ts'

export interface AskedRequest {
  method: string | undefined
  url: string | undefined
  headers: IncomingHttpHeaders
}

export interface Stranger {
  port: number
  /** Everything asked so far, oldest first. */
  asked: AskedRequest[]
  /** How many connections were ever made, and how many are open now. */
  connections: { made: number; readonly open: number }
  close(): Promise<void>
}

export type StrangerAnswer = (request: IncomingMessage, response: ServerResponse) => void

export async function startStranger(certificate: Certificate, answer: StrangerAnswer): Promise<Stranger> {
  const sockets = new Set<Duplex>()
  const asked: AskedRequest[] = []
  const connections = {
    made: 0,
    get open() {
      return sockets.size
    },
  }
  const server = https.createServer(certificate, (request, response) => {
    asked.push({ method: request.method, url: request.url, headers: request.headers })
    answer(request, response)
  })
  server.on('connection', socket => {
    connections.made += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stranger listens on no port')
  return {
    port: address.port,
    asked,
    connections,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
