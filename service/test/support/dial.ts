// A connection to a service that says only what a test writes.
import { connect, type Socket } from 'node:net'

/** Resolves when the service has taken it. */
export async function dial({ origin }: { origin: string }): Promise<Socket> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined) // a cut is what these tests wait for
  await new Promise(resolve => socket.once('connect', resolve))
  return socket
}

/** What the service said, once it has closed the connection. */
export const closed = (socket: Socket): Promise<string> =>
  new Promise(resolve => {
    let said = ''
    socket.on('data', chunk => {
      said += chunk
    })
    socket.once('close', () => resolve(said))
  })
