// The moment when nobody waits for an answer any more.
import type { FastifyReply } from 'fastify'
import type { App } from './app.ts'

/** Aborts when the service is asked to stop: answers that wait for something are given then. */
export function whenClosing(app: App): AbortSignal {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  return closing.signal
}

/** Aborts when the connection is gone, or the service is asked to stop. */
export function endOf({ raw }: FastifyReply, closing: AbortSignal): AbortSignal {
  const end = new AbortController()
  const abort = () => end.abort()
  closing.addEventListener('abort', abort, { once: true })
  if (closing.aborted) abort()
  raw.once('close', () => {
    closing.removeEventListener('abort', abort)
    abort()
  })
  return end.signal
}
