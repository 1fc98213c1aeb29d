// One address before several nodes: a TCP proxy that sends each new connection to the next node that takes it.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Balancer {
  /** `http://127.0.0.1:PORT` */
  origin: string
  /** How many connections each port was given. */
  given: Map<number, number>
  close(): Promise<void>
}

/** Where no node takes a connection, the client's is broken. What breaks on one side breaks on the other. */
export async function startBalancer(ports: number[]): Promise<Balancer> {
  const sockets = new Set<Socket>()
  const given = new Map(ports.map(port => [port, 0]))
  let next = 0
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket)) // `close` follows an error
  }
  const server = createServer({ pauseOnConnect: true, noDelay: true }, async client => {
    keep(client)
    const turn = next++
    for (let n = 0; n < ports.length; n++) {
      const port = ports[(turn + n) % ports.length] ?? 0
      const node = keep(connect({ port, host: '127.0.0.1', noDelay: true }))
      if (!(await isTaken(node))) continue
      given.set(port, (given.get(port) ?? 0) + 1)
      return join(client, node)
    }
    client.resetAndDestroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    given,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const isTaken = (node: Socket): Promise<boolean> =>
  new Promise(resolve => {
    node.once('connect', () => resolve(true)).once('close', () => resolve(false))
  })

function join(client: Socket, node: Socket): void {
  if (client.destroyed) return void node.resetAndDestroy()
  client.pipe(node).pipe(client)
  for (const [one, other] of [
    [client, node],
    [node, client],
  ] as const)
    one.once('close', hadError => (hadError ? other.resetAndDestroy() : other.destroySoon()))
}
