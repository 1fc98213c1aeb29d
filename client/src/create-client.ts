// The client: what an application calls.
import { checkedBaseUrl, createApi } from './api.ts'
import { bodyOf, type Description } from './description.ts'
import { failedVerification, HerbariumError, timedOut } from './errors.ts'
import { type ListFilters, listAll } from './list.ts'
import { pause } from './retry.ts'
import { createSend, type Fetch } from './send.ts'
import type { UploadSource } from './source.ts'
import { defaultStore, type Store } from './unfinished-uploads.ts'
import { upload } from './upload.ts'
import type { UploadOptions } from './upload-options.ts'
import type { Asset, Attachment, ListedAsset, Reservation, Workspace } from './wire.ts'

export interface ClientOptions {
  /** Ends in /api/v1; what FLORA's clients read from FLORA_BASE_URL. */
  baseUrl: string
  /** For servers and tools; never for a page. */
  apiKey?: string | undefined
  /** The upload.token of one reservation; not needed where the reservation itself is given to upload. */
  token?: string | undefined
  /** Default: the platform's. */
  fetch?: Fetch | undefined
  /** Where unfinished uploads are remembered. Default: localStorage in a page, else nowhere. */
  store?: Store | undefined
  /** Of one request. Default: 5. */
  maxRetries?: number | undefined
}

export interface ReserveOptions extends Description {
  /** Bytes; a file of another size is refused. */
  size?: number | undefined
}

export interface WaitOptions {
  signal?: AbortSignal | undefined
  /** Default: 300. */
  timeoutSeconds?: number | undefined
}

/** Every method throws a HerbariumError. Options are camelCase; assets and reservations are the API's own JSON. */
export interface Client {
  /** From a file to a ready asset. */
  upload(file: UploadSource, options?: UploadOptions): Promise<Asset>
  /** For a page to upload to: hand it the whole answer. */
  reserve(options?: ReserveOptions): Promise<Reservation>
  /** Throws `failed_verification` for an asset that failed, and `timeout`. */
  waitUntilReady(assetId: string, options?: WaitOptions): Promise<Asset>
  get(assetId: string): Promise<Asset>
  /** Newest first; asks for the next page when it is reached. */
  list(filters?: ListFilters): AsyncGenerator<ListedAsset, void, undefined>
  /** The asset and its bytes, for good. */
  delete(assetId: string): Promise<void>
  /** Puts a ready asset on a project's canvas. */
  attach(projectId: string, assetId: string): Promise<Attachment>
  workspaces(): Promise<Workspace[]>
}

const MAX_RETRIES = 5
const WAIT_SECONDS = 300
const LOOK_EVERY_MS = 1_000

/** Throws `input_validation_error` for a `baseUrl` that cannot be one. Asks nothing yet. */
export function createClient(options: ClientOptions): Client {
  const { apiKey, token, maxRetries = MAX_RETRIES, store = defaultStore() } = options
  const baseUrl = checkedBaseUrl(options.baseUrl)
  const send = createSend({ fetch: options.fetch ?? ((url, init) => fetch(url, init)), maxRetries })
  const api = createApi(send, baseUrl, { apiKey, token })
  const ports = {
    api,
    send,
    baseUrl,
    hasKey: apiKey !== undefined,
    hasCredential: (apiKey ?? token) !== undefined,
    workspaceId: async (said: string | undefined) => said ?? only(await api.workspaces()),
    store,
    underWay: new Set<string>(),
  }
  return {
    upload: (file, said) => upload(ports, file, said),
    reserve: async (said = {}) =>
      api.reserve({
        source: 'signed-url',
        workspace_id: await ports.workspaceId(said.workspaceId),
        ...bodyOf(said),
      }),
    waitUntilReady: async (assetId, { signal, timeoutSeconds = WAIT_SECONDS } = {}) => {
      const giveUpAt = performance.now() + timeoutSeconds * 1000
      for (;;) {
        const asset = await api.get(assetId, { signal })
        if (asset.status === 'ready') return asset
        if (asset.status === 'failed') throw failedVerification(assetId, asset.failure_message)
        if (performance.now() > giveUpAt)
          throw timedOut(`The asset is not ready after ${timeoutSeconds} s.`, { assetId })
        await pause(LOOK_EVERY_MS, signal)
      }
    },
    get: assetId => api.get(assetId),
    list: filters => listAll(api, filters),
    delete: assetId => api.delete(assetId),
    attach: (projectId, assetId) => api.attach(projectId, assetId),
    workspaces: () => api.workspaces(),
  }
}

function only(workspaces: Workspace[]): string {
  const [first] = workspaces
  if (first === undefined) throw new HerbariumError('forbidden', 'This key opens no workspace.')
  return first.workspace_id
}
