// A PostgreSQL database that takes all rows of an installation in one transaction.
import type { CompiledQuery, Kysely } from 'kysely'
import type { PoolClient } from 'pg'
import { Fault } from '../../ground/fault.ts'
import type { AllRows, RowPage, RowTarget } from '../../upkeep/move-ports.ts'
import { leavePartial, recount } from '../copied-rows.ts'
import type { Tables } from '../tables.ts'
import { openConnections } from './connections.ts'
import { createKysely } from './kysely.ts'
import { MOVE_TABLE, moveNoteOf } from './move-mark.ts'
import { BEGINNING, migrated } from './open-postgres.ts'
import { translated } from './trouble.ts'

/** Brings the database to the schema this program knows; throws a Fault for one that cannot be used. */
export async function openRowTarget(url: string): Promise<RowTarget & { close(): Promise<void> }> {
  await migrated(url)
  const connections = openConnections(url, { max: 1, isHurried: false })
  const db = createKysely(connections)
  const inTransaction = async <T>(act: (client: PoolClient) => Promise<T>): Promise<T> => {
    const client = await connections.lend()
    try {
      await client.query('begin')
      await client.query('select pg_advisory_xact_lock($1)', [BEGINNING])
      const answer = await act(client)
      await client.query('commit')
      client.release()
      return answer
    } catch (error) {
      client.release(true) // whatever it has begun goes with its connection
      throw error instanceof Fault ? error : translated(error)
    }
  }
  return {
    claim: async source => {
      const note = await moveNoteOf(db)
      if (note === undefined) await inTransaction(client => claim(client, source))
      else if (note.source !== source) throw new Fault([OTHERS])
      return note?.isWhole ? 'whole' : 'begun'
    },
    take: (source, rows, options) =>
      inTransaction(async client => {
        const whole = `update ${MOVE_TABLE} set whole = true where source = $1 and not whole`
        if ((await client.query(whole, [source])).rowCount !== 1 || !(await isEmpty(client)))
          throw new Fault([OTHERS])
        return takeAll({ client, db }, rows, options)
      }),
    close: async () => {
      await db.destroy()
      await connections.close()
    },
  }
}

const OTHERS = 'The database that DATABASE_URL names has an installation already: name an empty one.'

async function claim(client: PoolClient, source: string): Promise<void> {
  if (!(await isEmpty(client))) throw new Fault([OTHERS])
  await client.query(`create table ${MOVE_TABLE} (source text collate "C" not null, whole boolean not null)`)
  await client.query(`insert into ${MOVE_TABLE} values ($1, false)`, [source])
}

const isEmpty = async (client: PoolClient): Promise<boolean> =>
  (await client.query('select 1 from workspaces limit 1')).rowCount === 0

async function takeAll(
  { client, db }: { client: PoolClient; db: Kysely<Tables> },
  rows: AllRows,
  { leavesPartialBytes, onProgress }: Parameters<RowTarget['take']>[2],
): Promise<number> {
  const total = await rows.count()
  let taken = 0
  for await (const page of rows.pages()) {
    taken += await takePage(client, page)
    onProgress?.(taken, total)
  }
  if (taken !== total) throw new Error(`${taken} of ${total} rows came`)
  for (const [table, highest] of await rows.ordinals())
    await client.query(`select setval(pg_get_serial_sequence($1, 'ordinal'), $2)`, [table, highest])
  const run = ({ sql, parameters }: CompiledQuery) => client.query(sql, [...parameters])
  if (leavesPartialBytes) await run(leavePartial(db))
  await run(recount(db))
  return taken
}

/** As JSON, so that a page is one parameter whatever its columns are. */
async function takePage(client: PoolClient, { table, rows }: RowPage): Promise<number> {
  mustHaveNoNul(table, rows)
  const columns = Object.keys(rows[0] ?? {})
    .map(column => `"${column}"`)
    .join(', ')
  const insert = `insert into ${table} (${columns}) overriding system value
    select ${columns} from json_populate_recordset(null::${table}, $1::json)`
  return (await client.query(insert, [JSON.stringify(rows)])).rowCount ?? 0
}

function mustHaveNoNul(table: string, rows: RowPage['rows']): void {
  for (const row of rows)
    for (const [column, value] of Object.entries(row))
      if (typeof value === 'string' && value.includes('\0'))
        throw new Fault([
          `${column} of ${String(row.id ?? row.asset_id ?? 'a row')} in ${table} has a NUL, which PostgreSQL cannot keep: change it, then run this again.`,
        ])
}
