// Calls of the API with one key: waits where it is told to, and tells when the key is no longer taken.
import { Away, isAborted, isKeyRefused, Refused } from './errors.ts'
import type { ErrorEnvelope } from './wire.ts'

export type Query = Record<string, string | undefined>

export interface Api {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>
  post<T>(path: string, body?: object): Promise<T>
  remove(path: string): Promise<void>
}

export interface ApiOptions {
  /** The page's own address, without a slash at its end. */
  root: string
  key: string
  /** The key was refused: nothing more is to be had by it. */
  onRefusedKey?: (error: Refused) => void
  /** Requests wait for this many seconds because the server asked for it; 0 when they go on. */
  onWait?: (seconds: number) => void
}

interface Call {
  method: string
  path: string
  query?: Query | undefined
  body?: object | undefined
  signal?: AbortSignal | undefined
}

/** A limit of requests a minute is over after one. */
const MAX_WAITS = 3
const DEFAULT_WAIT_SECONDS = 5

export function createApi({ root, key, onRefusedKey, onWait }: ApiOptions): Api {
  async function call(asked: Call): Promise<unknown> {
    try {
      return await callPatiently(asked)
    } catch (error) {
      if (isKeyRefused(error)) onRefusedKey?.(error)
      throw error
    }
  }

  async function callPatiently(asked: Call): Promise<unknown> {
    for (let waits = 0; ; waits++) {
      const response = await send(root, key, asked)
      if (response.status !== 429 || waits === MAX_WAITS) return read(response)
      const seconds = Number(response.headers.get('retry-after')) || DEFAULT_WAIT_SECONDS
      onWait?.(seconds)
      await pause(seconds * 1000, asked.signal).finally(() => onWait?.(0))
    }
  }

  // The server holds its answers to the shapes in wire.ts, so they are not checked again here.
  return {
    get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
      call({ method: 'GET', path, query, signal }) as Promise<T>,
    post: <T>(path: string, body?: object) => call({ method: 'POST', path, body }) as Promise<T>,
    remove: async path => {
      await call({ method: 'DELETE', path })
    },
  }
}

async function send(
  root: string,
  key: string,
  { method, path, query, body, signal }: Call,
): Promise<Response> {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) if (value) search.set(name, value)
  const headers: Record<string, string> = { authorization: `Bearer ${key}` }
  if (body !== undefined) headers['content-type'] = 'application/json'
  try {
    return await fetch(`${root}/api/v1${path}${search.size > 0 ? `?${search}` : ''}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
      credentials: 'omit',
      cache: 'no-store',
    })
  } catch (error) {
    if (isAborted(error)) throw error
    throw new Away(error)
  }
}

async function read(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const body: unknown = await response.json().catch(cause => {
    throw new Away(cause) // a proxy whose server is gone answers in HTML
  })
  if (response.ok) return body
  throw isEnvelope(body) ? new Refused(response, body) : new Away()
}

const isEnvelope = (body: unknown): body is ErrorEnvelope =>
  typeof body === 'object' && body !== null && 'error' in body

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
