// Rows taken from SQLite into PostgreSQL: every column of every table as it was, and nothing given away twice.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { MOVED_TABLES } from '../../src/records/moved-tables.ts'
import { openPostgres } from '../../src/records/postgres/open-postgres.ts'
import { openRowTarget } from '../../src/records/postgres/open-row-target.ts'
import { openMoving } from '../../src/records/sqlite/open-moving.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { type NewDatabase, newDatabase } from '../support/new-database.ts'
import { runSql } from '../support/rows.ts'
import { workspaceOf } from '../support/specimens.ts'

const AWKWARD = `it's "quoted" \\\\ \\u0041 ✿ 😀 {"a": [1]} \t\n`
const LARGE = 2 ** 53 - 1

let folder: string
let database: NewDatabase
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-rows-'))
  database = await newDatabase(inject('postgresUrl'))
  await (await openSqlite(folder)).close()
})
afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

interface Column {
  name: string
  type: string
}

const columnsOf = (table: string): Column[] =>
  runSql(
    folder,
    `select name, lower(type) as type from pragma_table_info('${table}') order by name`,
  ) as unknown as Column[] // as asked

/** A row with a value in every column; what refers to another row refers to row 7 of its table. */
function plant(table: string, n = 7): void {
  const values = columnsOf(table).map(({ name, type }) => {
    if (name === 'ordinal') return n
    if (name === 'test_of') return null // refers to another row of its own table
    if (/_id$/.test(name) && name !== 'subject_id') return `${name.replace(/_id$/, '')}s-7`
    if (name === 'id') return `${table}-${n}`
    if (type === 'integer') return name === 'n' ? n : LARGE
    return `${AWKWARD}${n}`
  })
  const names = columnsOf(table).map(({ name }) => `"${name}"`)
  runSql(folder, `insert into ${table} (${names}) values (${values.map(() => '?')})`, ...values)
}

const tables = Object.keys(MOVED_TABLES)

/** Moves the rows and answers how many went; once more is refused. */
async function moveRows(options = { leavesPartialBytes: false }): Promise<number> {
  const [source, target] = [await openMoving(folder, { isAlone: true }), await openRowTarget(database.url)]
  try {
    expect(await target.claim('ours')).toBe('begun')
    return await target.take('ours', source, options)
  } finally {
    await source.close()
    await target.close()
  }
}

test('both databases have the same columns, and every table but that of servers moves', async () => {
  await (await openRowTarget(database.url)).close()
  const ofPostgres = await database.query(
    `select table_name as t, column_name as name from information_schema.columns
     where table_schema = 'public' and table_name not like 'kysely%' order by 1, 2`,
  )
  const all = runSql(
    folder,
    `select name from sqlite_master where type = 'table' and sql not like '%virtual%'
     and name not like 'kysely%' and name not like 'sqlite%' and name not like 'asset\\_names%' escape '\\' order by 1`,
  ).map(({ name }) => String(name))
  expect(all.filter(table => table !== 'servers')).toEqual(tables.toSorted())
  const ofSqlite = all.flatMap(table => columnsOf(table).map(({ name }) => ({ t: table, name })))
  expect(ofSqlite.toSorted(byName)).toEqual(ofPostgres.toSorted(byName))
})

const byName = (one: Record<string, unknown>, other: Record<string, unknown>): number =>
  `${one.t} ${one.name}` < `${other.t} ${other.name}` ? -1 : 1

test('each column of each table arrives as it was', async () => {
  for (const table of tables) plant(table)
  expect(await moveRows()).toBe(tables.length)
  for (const table of tables.filter(table => table !== 'counters')) {
    const [moved] = await database.query(`select * from ${table}`)
    const numbers = new Set(
      columnsOf(table)
        .filter(({ type }) => type === 'integer')
        .map(({ name }) => name),
    )
    const read = Object.entries(moved ?? {}).map(([name, value]) => [
      name,
      numbers.has(name) ? Number(value) : value,
    ])
    expect(Object.fromEntries(read), table).toEqual(runSql(folder, `select * from ${table}`)[0])
  }
})

test('an ordinal that was given away once is not given away again, also where its row is gone', async () => {
  plant('workspaces')
  plant('workspaces', 50)
  runSql(folder, 'delete from workspaces where ordinal = 50')
  await moveRows()
  const records = await openPostgres({ url: database.url, connections: 2 })
  await records.workspaces.insert(workspaceOf({ id: 'ws_new' }))
  await records.close()
  expect(await database.query('select ordinal::int from workspaces order by 1')).toEqual([
    { ordinal: 7 },
    { ordinal: 51 },
  ])
})

test('more rows than a page come in their order, and counters say what is there', async () => {
  plant('workspaces')
  runSql(
    folder,
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1203)
    insert into jobs (ordinal, id, kind, subject, run_at) select i, 'job-' || i, 'fetch', 'asset', i from n`,
  )
  runSql(folder, `insert into counters (workspace_id, assets, bytes) values ('workspaces-7', 9, 9)`)
  expect(await moveRows()).toBe(1_205)
  expect(
    await database.query(
      'select count(*)::int as n, min(ordinal)::int as first, max(ordinal)::int as last from jobs',
    ),
  ).toEqual([{ n: 1_203, first: 1, last: 1_203 }])
  expect(await database.query('select assets::int, bytes::int from counters')).toEqual([
    { assets: 0, bytes: 0 },
  ])
})

test('a text that PostgreSQL cannot keep stops the move with the name of its row, and nothing stays', async () => {
  plant('workspaces')
  plant('jobs')
  runSql(folder, 'update jobs set payload = ?', 'a\0b')
  await expect(moveRows()).rejects.toThrow(/payload of jobs-7 in jobs has a NUL/)
  expect(await database.query('select 1 from workspaces')).toEqual([])
})

test('nobody can open the source while it is moved, nor move it while somebody has it open', async () => {
  const source = await openMoving(folder, { isAlone: true })
  await expect(openSqlite(folder)).rejects.toThrow()
  await source.close()
  const records = await openSqlite(folder)
  await expect(openMoving(folder, { isAlone: true })).rejects.toThrow(/is at work on DATA_DIR/)
  await records.close()
  await (await openMoving(folder, { isAlone: true })).close()
}, 60_000)
