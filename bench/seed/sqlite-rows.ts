// Rows of a SQLite installation, added faster than any server could: what would be lost with the power is made anew.
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type AssetRows, type Row, TABLES, withoutOrdinal } from './rows.ts'
import type { Rows } from './seed.ts'

const CACHE_KIB = 1024 * 1024

const open = (folder: string): DatabaseSync => new DatabaseSync(path.join(folder, 'herbarium.db'))

export const SQLITE_ROWS: Rows = {
  environment: {},
  read: async folder => {
    const database = open(folder)
    const all = (sql: string, ...values: string[]) => database.prepare(sql).all(...values) as Row[] // no blobs here
    const assets = all('select * from assets order by ordinal').map(asset => ({
      assets: [withoutOrdinal(asset)],
      attempts: all('select * from attempts where asset_id = ?', String(asset.id)),
      events: all('select * from events where asset_id = ? order by ordinal', String(asset.id)).map(
        withoutOrdinal,
      ),
    }))
    database.close()
    return assets
  },
  add: async (folder, workspaceId, assets) => {
    const database = open(folder)
    database.exec('pragma journal_mode = off; pragma synchronous = off')
    database.exec(`pragma cache_size = -${CACHE_KIB}; begin exclusive`)
    const insert = createInsert(database)
    for (const rows of assets) for (const table of TABLES) for (const row of rows[table]) insert(table, row)
    indexNames(database)
    database
      .prepare(
        `update counters set (assets, bytes) = (select count(*), sum(size_bytes) from assets where workspace_id = ?1)
        where workspace_id = ?1`,
      )
      .run(workspaceId)
    database.exec('commit; pragma journal_mode = wal')
    database.close()
  },
}

/** Names enter their index all at once, as the service's own do by batches. */
function indexNames(database: DatabaseSync): void {
  database.exec(`insert into asset_names (rowid, name) select ordinal, coalesce(name_folded, '') from assets
    where ordinal > (select coalesce(max(id), 0) from asset_names_docsize) order by ordinal`)
}

function createInsert(database: DatabaseSync): (table: keyof AssetRows, row: Row) => void {
  const statements = new Map<string, StatementSync>()
  const prepare = (table: string, columns: string[]): StatementSync => {
    const places = columns.map(() => '?').join(', ')
    const statement = database.prepare(`insert into ${table} (${columns.join(', ')}) values (${places})`)
    statements.set(table, statement)
    return statement
  }
  return (table, row) => {
    const statement = statements.get(table) ?? prepare(table, Object.keys(row))
    statement.run(...Object.values(row))
  }
}

/** Ids of assets from anywhere in the list. */
export function someIds(folder: string, count: number): string[] {
  const database = open(folder)
  const rows = database.prepare('select id from assets order by random() limit ?').all(count)
  database.close()
  return rows.map(({ id }) => String(id))
}
