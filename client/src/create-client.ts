// The client: what an application calls.
import { checkedBaseUrl, createApi } from './api.ts'
import { discard } from './clear-away.ts'
import { bodyOf, type Description } from './description.ts'
import { HerbariumError } from './errors.ts'
import { type EventsOptions, followEvents, type ReadEventsOptions, readEvents } from './events.ts'
import { type ListFilters, type ListPageOptions, listAll, listPage } from './list.ts'
import { createSend, type Fetch } from './send.ts'
import { settle, untilJudged, type WaitOptions } from './settle.ts'
import type { UploadSource } from './source.ts'
import { defaultStore, type Store } from './unfinished-uploads.ts'
import { upload } from './upload.ts'
import type { UploadOptions } from './upload-options.ts'
import type {
  Asset,
  AssetEvent,
  AssetPage,
  Attachment,
  EventPage,
  ListedAsset,
  Reservation,
  Workspace,
} from './wire.ts'

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

/** Every method throws a HerbariumError. Options are camelCase; assets and reservations are the API's own JSON. */
export interface Client {
  /** From a file to a ready asset. */
  upload(file: UploadSource, options?: UploadOptions): Promise<Asset>
  /**
   * From a public https:// URL, at most 50 MB, to a ready asset: the service fetches it. Throws `failed_verification`
   * where it could not, or where the bytes were refused.
   */
  importUrl(url: string, options?: Description & WaitOptions): Promise<Asset>
  /** For a page to upload to: hand it the whole answer. */
  reserve(options?: ReserveOptions): Promise<Reservation>
  /** For bytes that something else has sent: has them judged. Throws as `waitUntilReady` does. */
  complete(reservation: Pick<Reservation, 'asset_id' | 'upload'>, options?: WaitOptions): Promise<Asset>
  /** Fresh instructions for an upload that failed, expired or is still pending; those before are dead. */
  retry(assetId: string): Promise<Reservation>
  /** Throws `failed_verification` for an asset that failed, and `timeout`. */
  waitUntilReady(assetId: string, options?: WaitOptions): Promise<Asset>
  get(assetId: string): Promise<Asset>
  /** Newest first; asks for the next page when it is reached. */
  list(filters?: ListFilters): AsyncGenerator<ListedAsset, void, undefined>
  /** One page of the same; `meta.next_cursor` is where the next one begins, null behind the last. */
  listPage(options?: ListPageOptions): Promise<AssetPage>
  /**
   * What happens in the workspace, each event once and in order, until the signal ends it; a connection that breaks is
   * opened again where it was. Throws `gone` where the log no longer has what comes next.
   */
  events(options?: EventsOptions): AsyncGenerator<AssetEvent, void, undefined>
  /** One page of the same log; `meta.next_after` is where the next one begins. */
  readEvents(options?: ReadEventsOptions): Promise<EventPage>
  /** Gives an upload up that is not running: with an API key the asset goes, else the upload URL and its bytes. */
  discard(reservation: Reservation): Promise<void>
  /** The asset and its bytes, for good. */
  delete(assetId: string): Promise<void>
  /** Puts a ready asset on a project's canvas. */
  attach(projectId: string, assetId: string): Promise<Attachment>
  workspaces(): Promise<Workspace[]>
}

const MAX_RETRIES = 5

/** Throws `input_validation_error` for a `baseUrl` that cannot be one. Asks nothing yet. */
export function createClient(options: ClientOptions): Client {
  const { apiKey, token, maxRetries = MAX_RETRIES, store = defaultStore() } = options
  const baseUrl = checkedBaseUrl(options.baseUrl)
  const fetchOne: Fetch = options.fetch ?? ((url, init) => fetch(url, init))
  const send = createSend({ fetch: fetchOne, maxRetries })
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
  const make = async (source: string, said: ReserveOptions) =>
    api.reserve({ source, workspace_id: await ports.workspaceId(said.workspaceId), ...bodyOf(said) })
  const ready = (assetId: string, said: WaitOptions = {}) =>
    untilJudged(waitSeconds => api.get(assetId, { signal: said.signal, waitSeconds }), said)
  return {
    upload: (file, said) => upload(ports, file, said),
    importUrl: async (url, said = {}) => ready((await make(url, said)).asset_id, said),
    reserve: (said = {}) => make('signed-url', said),
    complete: (reservation, said) => settle(api, reservation, said),
    retry: assetId => api.retry(assetId),
    waitUntilReady: ready,
    get: assetId => api.get(assetId),
    list: filters => listAll(api, filters),
    listPage: said => listPage(api, said),
    events: said => followEvents({ fetch: fetchOne, baseUrl, key: apiKey ?? token }, said),
    readEvents: said => readEvents(api, said),
    discard: reservation => discard(ports, reservation),
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
