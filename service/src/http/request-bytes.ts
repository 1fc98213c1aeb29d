// The body of a request as bytes that are either whole or an error.
import type { FastifyRequest } from 'fastify'
import { brokenBody } from '../ground/errors.ts'

/** After a refusal the client may still be sending; it is listened to this long, so that it can read the answer. */
const LINGER_MS = 10_000

/**
 * Reads the body as it arrives. It ends only when the body is whole; a connection that closes before throws. A
 * reader that stops early leaves the rest to be thrown away, and a client that never stops sending is cut off.
 */
export async function* requestBytes({ raw }: FastifyRequest): AsyncGenerator<Uint8Array> {
  try {
    yield* raw.iterator({ destroyOnReturn: false })
  } catch (error) {
    throw brokenBody(error)
  } finally {
    if (!raw.readableEnded) linger(raw)
  }
}

function linger(raw: FastifyRequest['raw']): void {
  const cutOff = setTimeout(() => raw.destroy(), LINGER_MS).unref()
  raw.once('close', () => clearTimeout(cutOff))
  raw.resume()
}
