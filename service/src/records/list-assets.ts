// Pages of assets: keyset by ordinal, newest first.
import { type Expression, type Kysely, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { AssetFilter, AssetRecords, ListedAsset } from '../assets/ports.ts'
import { pageOf } from '../ground/page.ts'
import { SUMMARY_COLUMNS, type SummaryRow, summaryFrom } from './asset-rows.ts'
import { prepared } from './prepared.ts'
import type { Read } from './read.ts'
import type { RowSearch } from './row-search.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>
type AssetQuery<O> = SelectQueryBuilder<Tables, 'assets', O>

/** Where a page begins and how long it is; values, or their places in a query that is built once. */
interface Window {
  after?: number
  /** One more than the page has, to see whether another follows. */
  rows: number
  /** What else must hold, where rows are searched. */
  condition?: Expression<SqlBool>
}

export function createList(db: Db, read: Read, search: RowSearch): AssetRecords['list'] {
  const build = (filter: AssetFilter, window: Window) =>
    pageQuery(narrowed(db, search, filter), filter, window).compile()
  const whole = prepared(({ workspaceId, ...window }: { workspaceId: string } & Window) =>
    build({ workspaceId }, window),
  )
  return async (filter, page) => {
    const { workspaceId, query, ...narrower } = filter
    const [after] = page.after ?? []
    const window = { rows: page.limit + 1, ...(after === undefined ? {} : { after }) }
    const pageRows = () => {
      if (query !== undefined)
        return search.assetsNamed(query, {
          workspaceId,
          after,
          rows: window.rows,
          read: (condition, rows) => read(build(filter, { rows, condition })),
        })
      const isWhole = Object.values(narrower).every(value => value === undefined)
      return read(isWhole ? whole({ workspaceId, ...window }) : build(filter, window))
    }
    return pageOf(await pageRows(), page.limit, listedFrom, row => [row.ordinal])
  }
}

type ListedRow = SummaryRow & { node_id: string | null; node_project_id: string | null }

const listedFrom = (row: ListedRow): ListedAsset => ({
  asset: summaryFrom(row),
  node:
    row.node_id === null || row.node_project_id === null
      ? undefined
      : { id: row.node_id, projectId: row.node_project_id },
})

/** Each asset with its newest node, of one project where the filter names it. */
function pageQuery(
  assets: AssetQuery<object>,
  { projectId }: AssetFilter,
  { after, rows, condition }: Window,
) {
  return assets
    .leftJoin('nodes', join =>
      join.on('nodes.ordinal', '=', ({ selectFrom }) => {
        const newest = selectFrom('nodes as own')
          .select(({ fn }) => fn.max('own.ordinal').as('ordinal'))
          .whereRef('own.asset_id', '=', 'assets.id')
        return projectId === undefined ? newest : newest.where('own.project_id', '=', projectId)
      }),
    )
    .$if(after !== undefined, query => query.where('assets.ordinal', '<', after ?? 0))
    .$if(condition !== undefined, query => query.where(condition ?? sql<boolean>`true`))
    .select(SUMMARY_COLUMNS.map(column => `assets.${column}` as const))
    .select(['nodes.id as node_id', 'nodes.project_id as node_project_id'])
    .orderBy('assets.ordinal', 'desc')
    .limit(rows)
}

function narrowed(db: Db, search: RowSearch, filter: AssetFilter): AssetQuery<object> {
  let query: AssetQuery<object> = db
    .selectFrom('assets')
    .where('assets.workspace_id', '=', filter.workspaceId)
  if (filter.status !== undefined) query = query.where('assets.status', '=', filter.status)
  if (filter.folder !== undefined) query = query.where('assets.folder', '=', filter.folder)
  if (filter.type !== undefined) query = ofType(query, filter.type)
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
