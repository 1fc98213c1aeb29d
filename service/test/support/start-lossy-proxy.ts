// A network that loses answers: requests arrive whole, and the connection breaks when their answer comes back.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

export interface LossyProxy {
  origin: string
  /** How many answers are still to be lost. */
  losses: number
  /** How many connections were broken so far. */
  lost: number
  close(): Promise<void>
}

export async function startLossyProxy(target: () => string): Promise<LossyProxy> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer(client => {
    const { hostname, port } = new URL(target())
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    }
    client.on('data', bytes => upstream.write(bytes)).on('close', () => upstream.end())
    upstream.on('close', () => client.destroy())
    upstream.on('data', bytes => {
      if (client.destroyed) return
      if (proxy.losses === 0) return void client.write(bytes)
      proxy.losses -= 1
      proxy.lost += 1
      client.resetAndDestroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const proxy: LossyProxy = {
    origin: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    losses: 0,
    lost: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}
