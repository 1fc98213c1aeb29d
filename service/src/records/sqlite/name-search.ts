// Finding assets by a part of their name: the newest by walking, all others by trigrams.
import { type Expression, type Kysely, type SqlBool, sql } from 'kysely'
import { fold } from '../fold.ts'
import type { Read } from '../read.ts'
import type { NamedPage, RowSearch } from '../row-search.ts'
import type { Tables } from '../tables.ts'

/**
 * A common text is found among the newest rows faster than in the index, whose list for it is long and is read from its
 * top. More rows than the index is ever behind, so that below them every name is in it.
 */
const WALKED_FIRST = 1000
/** Each read holds up everything else for so long; between two of them others have their turn. */
const MOST_WALKED = 8000
const FIRST_MATCHES = 500

/** What has been found so far, and where to go on. */
interface Search<Row> {
  page: NamedPage<Row>
  contains: Expression<SqlBool>
  found: Row[]
  /** Only ordinals below it are left; undefined while all are. */
  before: number | undefined
}

export const createNameSearch =
  (db: Kysely<Tables>, read: Read): RowSearch['assetsNamed'] =>
  async <Row>(text: string, page: NamedPage<Row>) => {
    const folded = fold(text)
    const contains = sql<boolean>`instr(assets.name_folded, ${folded}) > 0`
    const search: Search<Row> = { page, contains, found: [], before: page.after }
    const isOver = await walk(db, read, search, WALKED_FIRST)
    if (isOver) return search.found
    if (!hasTrigrams(folded) || (await match(db, read, search, phraseOf(folded))) === 'too many of others')
      for (let rows = WALKED_FIRST; !(await walk(db, read, search, rows)); )
        rows = Math.min(MOST_WALKED, rows * 2)
    return search.found
  }

/** Looks at so many rows of the workspace one by one; answers whether nothing is left to do. */
async function walk<Row>(
  db: Kysely<Tables>,
  read: Read,
  search: Search<Row>,
  rows: number,
): Promise<boolean> {
  const { page, contains, found, before } = search
  const below = before === undefined ? sql<boolean>`true` : sql<boolean>`assets.ordinal < ${before}`
  const bound = db
    .selectFrom('assets')
    .select('ordinal')
    .where('workspace_id', '=', page.workspaceId)
    .where(below)
    .orderBy('ordinal', 'desc')
    .limit(1)
    .offset(rows - 1)
  const [last] = await read<{ ordinal: number }>(bound.compile())
  const within = last === undefined ? below : sql<boolean>`(${below} and assets.ordinal >= ${last.ordinal})`
  found.push(...(await page.read(sql<boolean>`(${within} and ${contains})`, page.rows - found.length)))
  search.before = last?.ordinal
  return last === undefined || found.length >= page.rows
}

/**
 * Takes matches from the index by batches that grow, for the index reads its list from the top each time. It knows no
 * workspaces: where others have more matches than this one has assets, walking is the shorter way.
 */
async function match<Row>(
  db: Kysely<Tables>,
  read: Read,
  search: Search<Row>,
  phrase: string,
): Promise<'all' | 'too many of others'> {
  const { page, contains, found } = search
  const [counter] = await read(
    db.selectFrom('counters').select('assets').where('workspace_id', '=', page.workspaceId).compile(),
  )
  let seen = 0
  for (let batch = FIRST_MATCHES; seen <= (counter?.assets ?? 0); batch *= 2) {
    const matches = await read(
      sql<{ ordinal: number }>`select rowid as ordinal from asset_names
        where name match ${phrase} and rowid < ${search.before} order by rowid desc limit ${batch}`.compile(
        db,
      ),
    )
    const ordinals = JSON.stringify(matches.map(({ ordinal }) => ordinal))
    const among = sql<boolean>`(assets.ordinal in (select value from json_each(${ordinals})) and ${contains})`
    found.push(...(await page.read(among, page.rows - found.length)))
    search.before = matches.at(-1)?.ordinal
    if (found.length >= page.rows || matches.length < batch) return 'all'
    seen += batch
  }
  return 'too many of others'
}

const phraseOf = (folded: string): string => `"${folded.replaceAll('"', '""')}"`

/** A control character could end the phrase early, so such a text is searched without the index. */
const hasTrigrams = (folded: string): boolean => [...folded].length >= 3 && !/\p{Cc}/u.test(folded)
