// A bad network: a TCP proxy on 127.0.0.1 that breaks a connection each time so many bytes have gone to the server.
import { EventEmitter, once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy {
  /** `http://127.0.0.1:PORT` */
  origin: string
  /** Bytes from clients to the server, over all connections. */
  forwardedBytes(): number
  /** Connections that were broken on purpose. */
  cuts(): number
  /** Resolves at the cut with this number; the first is 1. */
  cutNumber(n: number): Promise<void>
  /** Resolves once so many bytes have gone to the server. */
  forwarded(bytes: number): Promise<void>
  /** Breaks nothing from now on. */
  heal(): void
  /** Breaks every connection there is. */
  breakAll(): void
  close(): Promise<void>
}

export interface Cuts {
  everyBytes: number
  /**
   * The client's side is always reset. `end`: the server gets all that was sent before. `reset`: what the system still
   * holds of it is lost too, as much as a few megabytes.
   */
  serverSees: 'end' | 'reset'
}

/** Nothing needs to listen on `port` yet, or all the time: connections are refused by breaking them. */
export async function startCuttingProxy(
  port: number,
  { everyBytes, serverSees }: Cuts,
): Promise<CuttingProxy> {
  const said = new EventEmitter()
  const sockets = new Set<Socket>()
  let forwarded = 0
  let cuts = 0
  let nextCut = everyBytes
  const server = createServer(client => {
    const upstream = connect(port, '127.0.0.1')
    const cut = () => {
      client.resetAndDestroy()
      if (serverSees === 'end') upstream.destroy()
      else upstream.resetAndDestroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined) // `close` follows
      socket.on('close', cut).on('close', () => sockets.delete(socket))
    }
    upstream.pipe(client)
    client.on('data', chunk => {
      const part = chunk.subarray(0, nextCut - forwarded)
      forwarded += part.byteLength
      said.emit('more')
      if (forwarded < nextCut) return passOn(part, { client, upstream })
      nextCut += everyBytes
      client.pause()
      upstream.write(part, () => {
        cut()
        cuts += 1
        said.emit('more')
      })
    })
  })
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await once(said, 'more')
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    forwardedBytes: () => forwarded,
    cuts: () => cuts,
    cutNumber: n => until(() => cuts >= n),
    forwarded: bytes => until(() => forwarded >= bytes),
    heal: () => {
      nextCut = Number.POSITIVE_INFINITY
    },
    breakAll: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function passOn(part: Buffer, { client, upstream }: { client: Socket; upstream: Socket }): void {
  if (upstream.write(part)) return
  client.pause()
  upstream.once('drain', () => client.resume())
}
