// How a contestant is told its folder, and tells where it listens.
import type { Server } from 'node:http'

export const FOLDER = process.env.FOLDER ?? '.'

export function say(server: Server): void {
  const address = server.address()
  if (typeof address === 'object' && address) console.log(`listening on http://127.0.0.1:${address.port}`)
}
