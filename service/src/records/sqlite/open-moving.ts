// All rows of an installation in SQLite, read to be written elsewhere.
import path from 'node:path'
import { sql } from 'kysely'
import { Refusal } from '../../ground/errors.ts'
import { Fault } from '../../ground/fault.ts'
import type { AllRows, MovingRows, RowPage } from '../../upkeep/move-ports.ts'
import { createAssetRecords } from '../asset-records.ts'
import { leavePartial, recount } from '../copied-rows.ts'
import { MOVED_TABLES } from '../moved-tables.ts'
import { createNamedRows } from '../upkeep-records.ts'
import { type Engine, openEngine } from './engine.ts'
import { createEventLog } from './event-log.ts'
import { createKysely } from './kysely.ts'
import { exclusively } from './lock.ts'
import { migrate } from './migrate.ts'
import { databaseFile } from './open-sqlite.ts'
import { createRead } from './read.ts'
import { createSearch } from './row-search.ts'
import { integrityOf } from './soundness.ts'
import { isBusy } from './trouble.ts'
import { commitHere, createWrite } from './write.ts'

const PAGE = 500

/**
 * Opens the rows that a folder has. `isAlone` keeps every server and command out until they are closed, and throws a
 * Fault where one is in.
 */
export async function openMoving(
  folder: string,
  { isAlone }: { isAlone: boolean },
): Promise<MovingRows & { close(): Promise<void> }> {
  const engine = await exclusively(path.join(folder, 'start.lock'), async () => {
    const opened = openOrRefuse(folder, isAlone)
    await migrate(opened, createKysely(opened)).catch(error => {
      opened.close()
      throw error
    })
    return opened
  })
  const db = createKysely(engine)
  const read = createRead(engine)
  const write = createWrite(commitHere(engine))
  return {
    ...createNamedRows(db),
    ...allRows(engine),
    assets: createAssetRecords({ db, read, write, log: createEventLog(engine) }, createSearch(db, read)),
    integrity: () => integrityOf(engine),
    identity: async () => {
      const { rows } = await sql<{ id: string }>`select id from workspaces order by ordinal limit 1`.execute(
        db,
      )
      return rows[0]?.id
    },
    leavePartialBytes: async () => {
      await write([{ query: leavePartial(db) }, { query: recount(db) }])
    },
    close: async () => {
      await db.destroy()
      engine.close()
    },
  }
}

function openOrRefuse(folder: string, isAlone: boolean): Engine {
  try {
    return openEngine(databaseFile(folder), { isAlone })
  } catch (error) {
    if (!(error instanceof Refusal) || !isBusy(error)) throw error
    throw new Fault(
      [
        `A server or a command is at work on DATA_DIR ${folder}: stop it first, or copy most bytes ahead beside it with --ahead.`,
      ],
      { cause: error },
    )
  }
}

const allRows = (engine: Engine): AllRows => ({
  pages: () => pagesOf(engine),
  count: async () =>
    Object.keys(MOVED_TABLES)
      .map(table => Number(firstOf(engine.all(`select count(*) as n from ${table}`, [])).n))
      .reduce((sum, n) => sum + n, 0),
  ordinals: async () =>
    new Map(
      engine
        .all('select name, seq from sqlite_sequence', [])
        .map(row => firstOf([row]))
        .filter(({ name }) => String(name) in MOVED_TABLES)
        .map(({ name, seq }) => [String(name), Number(seq)]),
    ),
})

async function* pagesOf(engine: Engine): AsyncGenerator<RowPage> {
  for (const [table, columns] of Object.entries(MOVED_TABLES)) {
    const key = columns.map(column => `"${column}"`).join(', ')
    const places = columns.map(() => '?').join(', ')
    let rows = engine.all(`select * from ${table} order by ${key} limit ${PAGE}`, []).map(asRow)
    while (rows.length > 0) {
      yield { table, rows }
      const last = firstOf(rows.slice(-1))
      const after = columns.map(column => last[column])
      const next = `select * from ${table} where (${key}) > (${places}) order by ${key} limit ${PAGE}`
      rows = engine.all(next, after).map(asRow)
    }
  }
}

const firstOf = (rows: unknown[]): Record<string, unknown> => asRow(rows[0])

const asRow = (row: unknown): Record<string, unknown> => ({ ...(row as Record<string, unknown>) }) // as the engine answers
