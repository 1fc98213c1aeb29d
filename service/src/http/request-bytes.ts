// The body of a request: bytes that are either whole or an error, and what becomes of a body nobody wants.
import type { FastifyRequest } from 'fastify'
import { brokenBody, Refusal, slowBody } from '../ground/errors.ts'
import type { App } from './app.ts'
import { createArrivals } from './arrivals.ts'

/** A refused client may still be sending: so long, and so much, is read and dropped, that it can hear the answer. */
const LINGER_MS = 10_000
/** A service that stops does not wait that long. */
const LINGER_ON_CLOSE_MS = 500
const LINGER_BYTES = 64 * 1024 * 1024

/** An upload may take any time, as long as it comes on: what it sends buys it time at this rate. */
const MIN_BYTES_PER_MS = 1 // about 1 kB/s
const MAX_CREDIT_MS = 30_000
const CHECK_MS = 2_000

/** What may wait here for us before the connection is told to wait itself. */
const READ_AHEAD_BYTES = 128 * 1024

/**
 * Reads the body as it arrives. It ends only when the body is whole; a connection that closes before throws, and one
 * that sends less than 1 kB/s for half a minute is closed. Time that we take ourselves does not count. To be read once.
 */
export const requestBytes = ({ raw }: FastifyRequest): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => readBody(raw),
})

type Raw = FastifyRequest['raw']

/** By hand: a stream's own iterator joins the chunks that wait, which copies them, and takes more turns for each. */
function readBody(raw: Raw): AsyncIterator<Uint8Array, undefined> {
  const pace = watchPace(() => raw.destroy(slowBody()))
  const arrivals = createArrivals()
  const onData = (chunk: Uint8Array) => {
    pace.received(chunk.byteLength)
    arrivals.push(chunk)
    if (arrivals.heldBytes() >= READ_AHEAD_BYTES) raw.pause()
  }
  const onEnd = () => leave()
  const onBroken = (cause?: Error) => leave(cause instanceof Refusal ? cause : brokenBody(cause))
  const leave = (reason?: Error) => {
    pace.stop()
    raw.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
    arrivals.end(reason)
  }
  raw.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  if (raw.destroyed && !raw.readableEnded) onBroken()
  return {
    next: () => {
      if (arrivals.heldBytes() === 0) pace.waiting()
      const next = arrivals.next()
      if (arrivals.heldBytes() === 0 && raw.isPaused()) raw.resume()
      return next
    },
    return: async () => {
      leave()
      raw.pause()
      return { done: true, value: undefined }
    },
  }
}

function watchPace(tooSlow: () => void) {
  let isWaiting = true
  let creditMs = MAX_CREDIT_MS
  const check = setInterval(() => {
    if (isWaiting) creditMs -= CHECK_MS
    if (creditMs < 0) tooSlow()
  }, CHECK_MS).unref()
  return {
    received: (bytes: number) => {
      isWaiting = false
      creditMs = Math.min(MAX_CREDIT_MS, creditMs + bytes / MIN_BYTES_PER_MS)
    },
    waiting: () => {
      isWaiting = true
    },
    stop: () => clearInterval(check),
  }
}

/** Cuts off whoever goes on sending a body that has been answered already. */
export function boundUnreadBodies(app: App): void {
  const lingering = new Set<FastifyRequest['raw']>()
  let lingerMs = LINGER_MS
  app.addHook('onSend', async ({ raw }) => {
    if (raw.complete) return
    lingering.add(raw)
    raw.once('close', () => lingering.delete(raw))
    drop(raw)
    raw.resume()
    cutOffIn(lingerMs, raw)
  })
  app.addHook('preClose', async () => {
    lingerMs = LINGER_ON_CLOSE_MS
    for (const raw of lingering) cutOffIn(lingerMs, raw)
  })
}

function cutOffIn(ms: number, raw: FastifyRequest['raw']): void {
  const cutOff = setTimeout(() => raw.destroy(), ms).unref()
  raw.once('close', () => clearTimeout(cutOff))
}

function drop(raw: FastifyRequest['raw']): void {
  let dropped = 0
  raw.on('data', (chunk: Buffer) => {
    dropped += chunk.byteLength
    if (dropped > LINGER_BYTES) raw.destroy()
  })
}
