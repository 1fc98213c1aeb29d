// The API's operations that this package uses, one function each.
import { HerbariumError, invalidOption } from './errors.ts'
import type { Answer, Send } from './send.ts'
import type { Asset, AssetPage, Attachment, EventPage, Reservation, Workspace } from './wire.ts'

export interface Api {
  reserve(body: object): Promise<Reservation>
  storeDirect(form: FormData, timeoutMs: number): Promise<Reservation>
  complete(assetId: string, access?: Access): Promise<Reservation>
  retry(assetId: string, access?: Access): Promise<Reservation>
  /** Waits so long for it to leave `pending_upload`. */
  get(assetId: string, access?: Access & { waitSeconds?: number }): Promise<Asset>
  list(query: URLSearchParams): Promise<AssetPage>
  events(query: URLSearchParams, signal: AbortSignal | undefined): Promise<EventPage>
  delete(assetId: string): Promise<void>
  attach(projectId: string, assetId: string): Promise<Attachment>
  workspaces(): Promise<Workspace[]>
}

export interface Access {
  /** Used where the client has no API key. */
  token?: string | undefined
  signal?: AbortSignal | undefined
}

export interface Credentials {
  apiKey?: string | undefined
  token?: string | undefined
}

interface Operation extends Access {
  body?: string | FormData
  assetId?: string
  timeoutMs?: number
}

/** `baseUrl` ends in /api/v1. */
export function createApi(send: Send, baseUrl: string, { apiKey, token }: Credentials): Api {
  const call = async (method: string, path: string, operation: Operation = {}): Promise<Answer> => {
    const { body, assetId, signal, timeoutMs } = operation
    const credential = apiKey ?? operation.token ?? token
    if (credential === undefined) throw missingCredential()
    return send({
      method,
      url: `${baseUrl}${path}`,
      headers: {
        authorization: `Bearer ${credential}`,
        ...(method === 'GET' ? {} : { 'idempotency-key': randomKey() }),
        ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
      },
      ...(body === undefined ? {} : { body }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      signal,
      assetId,
    })
  }
  const ofAsset = (assetId: string) => `/assets/${encodeURIComponent(assetId)}`
  return {
    reserve: async body => read(await call('POST', '/assets', { body: JSON.stringify(body) })),
    storeDirect: async (body, timeoutMs) => read(await call('POST', '/assets', { body, timeoutMs })),
    complete: async (assetId, access) =>
      read(await call('POST', `${ofAsset(assetId)}/complete`, { ...access, assetId })),
    retry: async (assetId, access) =>
      read(await call('POST', `${ofAsset(assetId)}/retry`, { ...access, assetId })),
    get: async (assetId, { waitSeconds, ...access } = {}) =>
      read(
        await call('GET', `${ofAsset(assetId)}${waitSeconds ? `?wait=${waitSeconds}` : ''}`, {
          ...access,
          assetId,
        }),
      ),
    list: async query => read(await call('GET', `/assets?${query}`)),
    events: async (query, signal) => read(await call('GET', `/events?${query}`, { signal })),
    delete: async assetId => {
      await call('DELETE', ofAsset(assetId), { assetId })
    },
    attach: async (projectId, assetId) =>
      read(
        await call('POST', `/projects/${encodeURIComponent(projectId)}${ofAsset(assetId)}/attach`, {
          assetId,
        }),
      ),
    workspaces: async () => read<{ workspaces: Workspace[] }>(await call('GET', '/workspaces')).workspaces,
  }
}

/** The API's answers are held to its OpenAPI document where they are made; here only a stranger's is told apart. */
function read<T>({ status, headers, text }: Answer): T {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HerbariumError('unknown_error', 'What answered is not the API: check baseUrl.', {
      status,
      requestId: headers.get('request-id') ?? undefined,
      cause,
    })
  }
}

export const missingCredential = () =>
  new HerbariumError(
    'unauthorized',
    'Give createClient an apiKey (on a server) or a token, or upload with a reservation that has upload.token.',
  )

/** Pages that were not loaded by https lack crypto.randomUUID. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Throws `input_validation_error` for anything but an absolute URL that ends in /api/v1. */
export function checkedBaseUrl(baseUrl: string): string {
  const base = String(baseUrl).replace(/\/+$/, '')
  if (!/^https?:\/\/[^/]/.test(base) || !base.endsWith('/api/v1'))
    throw invalidOption('baseUrl', `must be an absolute URL that ends in /api/v1, not "${baseUrl}"`)
  return base
}
