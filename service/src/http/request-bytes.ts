// The body of a request: bytes that are either whole or an error, and what becomes of a body nobody wants.
import type { FastifyRequest } from 'fastify'
import { brokenBody } from '../ground/errors.ts'
import type { App } from './app.ts'

/** A refused client may still be sending: so long, and so much, is read and dropped, that it can hear the answer. */
const LINGER_MS = 10_000
const LINGER_BYTES = 64 * 1024 * 1024

/** Reads the body as it arrives. It ends only when the body is whole; a connection that closes before throws. */
export async function* requestBytes({ raw }: FastifyRequest): AsyncGenerator<Uint8Array> {
  try {
    yield* raw.iterator({ destroyOnReturn: false })
  } catch (error) {
    throw brokenBody(error)
  }
}

/** Cuts off whoever goes on sending a body that has been answered already. */
export function boundUnreadBodies(app: App): void {
  app.addHook('onSend', async ({ raw }) => {
    if (!raw.complete) linger(raw)
  })
}

function linger(raw: FastifyRequest['raw']): void {
  let dropped = 0
  const cutOff = setTimeout(() => raw.destroy(), LINGER_MS).unref()
  raw.once('close', () => clearTimeout(cutOff))
  raw.on('data', (chunk: Buffer) => {
    dropped += chunk.byteLength
    if (dropped > LINGER_BYTES) raw.destroy()
  })
}
