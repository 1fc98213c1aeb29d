// One HTTP request: bounded in time, sent again where that may help, its answer read whole.
import { aborted, type ErrorDetails, HerbariumError, refusedBy, timedOut } from './errors.ts'
import { canHeal, pause, retryDelayMs, wishedDelayMs } from './retry.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface Call {
  method: string
  url: string
  headers?: Record<string, string>
  body?: string | Blob | FormData
  signal?: AbortSignal | undefined
  /** Of each try, until its answer has been read. */
  timeoutMs?: number
  /** False for what its caller tries again in its own way. */
  isRetried?: boolean
  /** For errors. */
  assetId?: string | undefined
}

export interface Answer {
  status: number
  headers: Headers
  text: string
}

/** Answers a 2xx; throws a HerbariumError for everything else. */
export type Send = (call: Call) => Promise<Answer>

const TIMEOUT_MS = 60_000

export function createSend({ fetch, maxRetries }: { fetch: Fetch; maxRetries: number }): Send {
  return async call => {
    for (let retry = 0; ; retry++) {
      try {
        return await once(fetch, call)
      } catch (error) {
        if (call.isRetried === false || retry >= maxRetries) throw error
        await beforeRetry(error, retry, call.signal)
      }
    }
  }
}

/** Waits as long as it takes until the request may be sent again; throws the error where it may not. */
export async function beforeRetry(
  error: unknown,
  retry: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!(error instanceof HerbariumError) || !error.canRetry) throw error
  const delayMs = retryDelayMs(retry, error.retryAfterMs, Math.random())
  if (delayMs === undefined) throw error
  await pause(delayMs, signal)
}

async function once(fetch: Fetch, call: Call): Promise<Answer> {
  const { signal, timeoutMs = TIMEOUT_MS, assetId } = call
  if (signal?.aborted) throw aborted(signal)
  const timeout = AbortSignal.timeout(timeoutMs)
  const { status, headers, text } = await exchange(fetch, call, timeout).catch(cause => {
    if (signal?.aborted) throw aborted(signal)
    if (timeout.aborted)
      throw timedOut(`${new URL(call.url).origin} did not answer within ${timeoutMs / 1000} s.`, {
        cause,
        assetId,
      })
    throw outOfReach(call.url, { cause, assetId })
  })
  if (status >= 200 && status < 300) return { status, headers, text }
  throw refusalOf({ status, headers }, text, assetId)
}

export const outOfReach = (url: string, details: ErrorDetails): HerbariumError =>
  new HerbariumError('network', `${new URL(url).origin} cannot be reached, or the connection broke.`, {
    ...details,
    canRetry: true,
  })

/** What an answer that is no 2xx means; `text` is its body. */
export const refusalOf = (
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  text: string,
  assetId?: string,
): HerbariumError =>
  refusedBy(status, text, {
    assetId,
    requestId: headers.get('request-id') ?? undefined,
    canRetry: canHeal(status, headers),
    retryAfterMs: wishedDelayMs(headers, Date.now()),
  })

async function exchange(
  fetch: Fetch,
  { method, url, headers = {}, body, signal }: Call,
  timeout: AbortSignal,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers,
    body: body ?? null,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    credentials: 'omit', // neither the API nor the upload URL knows cookies
    cache: 'no-store',
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
