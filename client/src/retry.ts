// When a request is sent again, and how long before that. Pure, save for the waiting itself.
import { aborted } from './errors.ts'

const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 8_000
/** A server that asks for more than this gets its caller's attention instead. */
const MAX_WISH_MS = 120_000

/** 409 says by x-should-retry that it cannot heal; the others that are retried are somebody's bad moment. */
export function canHeal(status: number, headers: Headers): boolean {
  const said = headers.get('x-should-retry')
  if (said === 'true' || said === 'false') return said === 'true'
  return status === 408 || status === 409 || status === 429 || status >= 500
}

/** Milliseconds that `retry-after-ms`, or `retry-after` in seconds or as a date, asks for. */
export function wishedDelayMs(headers: Headers, now: number): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN)
  if (ms >= 0) return ms
  const said = headers.get('retry-after')
  if (said === null) return undefined
  const seconds = Number(said)
  const wished = Number.isNaN(seconds) ? Date.parse(said) - now : seconds * 1000
  return Number.isNaN(wished) ? undefined : Math.max(0, wished)
}

/**
 * Before the retry with this number, from 0: what the server wished, else twice as long each time, and half of that
 * by chance, so that many clients do not come back at once. `random` is from 0 to 1. Undefined where the wish is too long.
 */
export function retryDelayMs(
  retry: number,
  wishedMs: number | undefined,
  random: number,
): number | undefined {
  if (wishedMs !== undefined) return wishedMs <= MAX_WISH_MS ? wishedMs : undefined
  return backoffMs(retry, random, FIRST_DELAY_MS)
}

export const backoffMs = (retry: number, random: number, firstMs: number): number =>
  Math.min(Math.max(MAX_DELAY_MS, firstMs), firstMs * 2 ** retry) * (0.5 + random / 2)

/** Throws `aborted` as soon as the signal does. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      if (signal) reject(aborted(signal))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
