// All assets that fit a filter, a page at a time.
import type { Api } from './api.ts'
import type { AssetPage, AssetStatus, ListedAsset } from './wire.ts'

export interface ListFilters {
  /** Default: the API key's workspace. */
  workspaceId?: string | undefined
  projectId?: string | undefined
  /** A substring of the name, whatever its case. */
  query?: string | undefined
  status?: AssetStatus | undefined
  /** image, video, audio, pdf, or a media type. */
  type?: string | undefined
  /** Exactly this folder. */
  folder?: string | undefined
  /** Assets that have all these pairs. */
  metadata?: Record<string, string> | undefined
  /** Items a request, from 1 to 100. Default: 100. */
  pageSize?: number | undefined
}

export interface ListPageOptions extends ListFilters {
  /** `meta.next_cursor` of the page before, with the same filters. */
  cursor?: string | undefined
}

export const listPage = (api: Pick<Api, 'list'>, options: ListPageOptions = {}): Promise<AssetPage> =>
  api.list(queryOf(options))

export async function* listAll(
  api: Pick<Api, 'list'>,
  filters: ListFilters = {},
): AsyncGenerator<ListedAsset, void, undefined> {
  const query = queryOf(filters)
  for (;;) {
    const { assets, meta } = await api.list(query)
    yield* assets
    if (meta.next_cursor === null) return
    query.set('cursor', meta.next_cursor)
  }
}

function queryOf(filters: ListPageOptions): URLSearchParams {
  const { workspaceId, projectId, metadata, pageSize = 100, ...plain } = filters
  const named = {
    ...plain,
    limit: String(pageSize),
    workspace_id: workspaceId,
    project_id: projectId,
    ...Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [`metadata.${key}`, value])),
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(named)) if (value !== undefined) query.set(name, value)
  return query
}
