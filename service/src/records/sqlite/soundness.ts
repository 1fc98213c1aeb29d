// Whether a SQLite file is sound, and a copy of it that is.
import type { Engine } from './engine.ts'
import { whenFree } from './lock.ts'
import { INDEXED_UP_TO } from './name-index.ts'

/** Pages and indexes, references between rows, and whether the index of names knows exactly the names there are. */
export async function integrityOf(engine: Engine): Promise<string[]> {
  const pages = engine.all('pragma integrity_check', []).map(row => String(columnOf(row, 'integrity_check')))
  const references = engine
    .all('select "table", count(*) as n from pragma_foreign_key_check group by "table"', [])
    .map(row => `${columnOf(row, 'n')} rows of ${columnOf(row, 'table')} refer to rows that are not there`)
  return [...pages.filter(line => line !== 'ok'), ...references, ...searchFaults(engine)]
}

function searchFaults(engine: Engine): string[] {
  const [row] = engine.all(
    `select
      (select count(*) from assets where ordinal <= ${INDEXED_UP_TO} and name_folded is not null
        and ordinal not in (select id from asset_names_docsize)) as unfound,
      (select count(*) from asset_names_docsize
        where id not in (select ordinal from assets)) as dangling`,
    [],
  )
  const unfound = columnOf(row, 'unfound')
  const dangling = columnOf(row, 'dangling')
  return unfound === 0 && dangling === 0
    ? []
    : [`the index of names lacks ${unfound} assets and has ${dangling} that are not there`]
}

const columnOf = (row: unknown, column: string): unknown =>
  typeof row === 'object' && row !== null ? Object.entries(row).find(([name]) => name === column)?.[1] : null

/** One read transaction, beside which others write. The file is not synced yet. */
export const vacuumInto = (engine: Engine, file: string): Promise<void> =>
  whenFree(() => {
    engine.run('vacuum into ?', [file])
  })
