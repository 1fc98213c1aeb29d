// How the clients of a kill loop ask: of one server, or of several behind one address.
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'

export type Send = (url: string | URL, init?: RequestInit) => Promise<Response>

/** Whose key a client has. */
export interface Membership {
  apiKey: string
  workspaceId: string
  projectId: string
}

export interface Wire extends Membership {
  server: { origin: string }
  /** One server's end is the end of its clients, too; several are asked again until one answers. */
  send: Send
  /** Who else looks at what was answered, where there are several nodes. */
  onlookers: Onlookers | undefined
}

export interface Onlookers {
  /** The addresses of all nodes that run. */
  origins(): string[]
  /** A key of another workspace. */
  strangerKey: string
}

export const wireTo = <S extends Wire['server']>(
  server: S,
  { apiKey, workspaceId, projectId }: Membership,
): Wire & { server: S } => ({ server, apiKey, workspaceId, projectId, send: fetch, onlookers: undefined })

export interface Asked {
  method: string
  path: string
  body?: object | FormData | undefined
  /** The request may be sent twice with it. */
  idempotencyKey?: string
}

export const pathOf = (url: string): string => new URL(url).pathname

/** A path where it is the server's own, whole where it leads elsewhere. */
export const addressOf = ({ server }: Wire, url: string): string =>
  url.startsWith(`${server.origin}/`) ? pathOf(url) : url

/** Sends to what `addressOf` or `pathOf` made of a URL. */
export const sendTo = ({ server, send }: Wire, address: string, init?: RequestInit): Promise<Response> =>
  send(new URL(address, server.origin), init)

export const call = async <T>(wire: Wire, method: string, path: string): Promise<T> =>
  (await ask<T>(wire, { method, path })).body

/**
 * Throws for any answer but a success. Whoever asks several nodes sends a request twice at once every now and then, and
 * must be answered with one and the same thing.
 */
export async function ask<T>(wire: Wire, asked: Asked): Promise<{ body: T; requestId: string }> {
  const keyed = { ...asked, ...(asked.method === 'GET' ? {} : { idempotencyKey: randomUUID() }) }
  const isTwice = wire.onlookers !== undefined && randomInt(6) === 0
  const [first, second] = await Promise.all([
    successOf<T>(wire, keyed),
    isTwice ? successOf<T>(wire, keyed) : undefined,
  ])
  if (second !== undefined && asked.method !== 'GET')
    assert.deepEqual(idsIn(second.body), idsIn(first.body), `${asked.path} was asked twice`)
  return first
}

async function successOf<T>(wire: Wire, asked: Asked): Promise<{ body: T; requestId: string }> {
  const response = await answerTo(wire, asked)
  if (!response.ok)
    throw new Error(`${asked.method} ${asked.path}: ${response.status} ${await response.text()}`)
  // the server under test speaks as its document says; a delete says nothing
  const body = (response.status === 204 ? {} : await response.json()) as T
  return { body, requestId: requestIdOf(response) }
}

const idsIn = (body: unknown): unknown[] =>
  Object.entries(Object(body)).filter(([name]) => /^(asset_id|node_id|url|upload_url)$/.test(name))

/** Whatever it is. */
export function answerTo(wire: Wire, { method, path, body, idempotencyKey }: Asked): Promise<Response> {
  const isForm = body instanceof FormData
  return wire.send(`${wire.server.origin}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${wire.apiKey}`,
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
  })
}

export const requestIdOf = (response: Response): string => response.headers.get('request-id') ?? ''
