// Connections that carry no request: when the server closes, nothing is to wait for them.
import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/**
 * Answers a function that closes every connection without a request. Node closes those whose last request has
 * finished, but takes one that never sent any, as browsers open ahead, for busy.
 */
export function watchUnused(server: HttpServer): () => void {
  const silent = new Set<Socket>()
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', request => silent.delete(request.socket))
  return () => {
    server.closeIdleConnections()
    for (const socket of silent) socket.destroy()
  }
}
