// Pages of assets: keyset by ordinal, newest first.
import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely'
import type { AssetFilter, ListedAsset } from '../assets/ports.ts'
import { type Page, type PageRequest, pageOf } from '../ground/page.ts'
import { assetFrom } from './asset-rows.ts'
import type { RowSearch } from './row-search.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>
type AssetRow = Selectable<Tables['assets']>
type AssetQuery<O> = SelectQueryBuilder<Tables, 'assets', O>

export async function listAssetRows(
  db: Db,
  search: RowSearch,
  filter: AssetFilter,
  page: PageRequest,
): Promise<Page<ListedAsset>> {
  const [after] = page.after ?? []
  const rows = await narrowed(db, search, filter)
    .$if(after !== undefined, query => query.where('assets.ordinal', '<', after ?? 0))
    .selectAll()
    .orderBy('assets.ordinal', 'desc')
    .limit(page.limit + 1)
    .execute()
  const nodes = await newestNodes(db, rows, filter.projectId)
  return pageOf(
    rows,
    page.limit,
    row => ({ asset: assetFrom(row), node: nodes.get(row.id) }),
    row => [row.ordinal],
  )
}

function narrowed(db: Db, search: RowSearch, filter: AssetFilter): AssetQuery<object> {
  let query: AssetQuery<object> = db
    .selectFrom('assets')
    .where('assets.workspace_id', '=', filter.workspaceId)
  if (filter.status !== undefined) query = query.where('assets.status', '=', filter.status)
  if (filter.folder !== undefined) query = query.where('assets.folder', '=', filter.folder)
  if (filter.type !== undefined) query = ofType(query, filter.type)
  if (filter.query !== undefined) query = query.where(search.assetNamed(filter.query))
  if (filter.projectId !== undefined) query = inProject(query, filter.projectId)
  if (filter.metadata !== undefined) query = query.where(search.assetHas(filter.metadata))
  return query
}

/** All of a kind (`image/`) are a range of the index: "/" is followed by "0" in the order of code points. */
const ofType = (query: AssetQuery<object>, type: string): AssetQuery<object> =>
  type.endsWith('/')
    ? query
        .where('assets.content_type', '>=', type)
        .where('assets.content_type', '<', `${type.slice(0, -1)}0`)
    : query.where('assets.content_type', '=', type)

const inProject = (query: AssetQuery<object>, projectId: string): AssetQuery<object> =>
  query.where(eb =>
    eb.or([
      eb('assets.project_id', '=', projectId),
      eb(
        'assets.id',
        'in',
        eb
          .selectFrom('nodes')
          .select(node => node.ref('asset_id').$notNull().as('asset_id'))
          .where('project_id', '=', projectId),
      ),
    ]),
  )

/** Each asset's newest node, of one project where it is given. */
async function newestNodes(
  db: Db,
  assets: AssetRow[],
  projectId: string | undefined,
): Promise<Map<string, { id: string; projectId: string }>> {
  if (assets.length === 0) return new Map()
  const ids = assets.map(asset => asset.id)
  const rows = await db
    .selectFrom('nodes')
    .select(['id', 'asset_id', 'project_id'])
    .where('asset_id', 'in', ids)
    .$if(projectId !== undefined, query => query.where('project_id', '=', projectId ?? ''))
    .orderBy('ordinal')
    .execute()
  return new Map(rows.map(row => [row.asset_id ?? '', { id: row.id, projectId: row.project_id }]))
}
