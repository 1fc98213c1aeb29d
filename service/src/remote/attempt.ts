// The time that one fetch has, from its first lookup to its last byte.
import type { FetchFailure } from '../ground/fetch-failure.ts'
import { stopped, tooSlow } from './fetch-failure.ts'

export interface Attempt {
  /** Aborted with a FetchFailure when the time is over, the caller stops the fetch, or it has ended. */
  signal: AbortSignal
  /** Closes whatever is still open under the signal. */
  end(): void
}

export interface AttemptOptions {
  timeoutMs: number
  signal?: AbortSignal | undefined
}

export function startAttempt({ timeoutMs, signal }: AttemptOptions): Attempt {
  const controller = new AbortController()
  const finish = (reason: FetchFailure) => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    controller.abort(reason)
  }
  const stop = () => finish(stopped(signal?.reason))
  const timer = setTimeout(() => finish(tooSlow(timeoutMs)), timeoutMs)
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  return { signal: controller.signal, end: stop }
}

/** What `work` gives, unless the signal is aborted first: then its reason is thrown. */
export async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
