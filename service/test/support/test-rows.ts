// Where a service under test keeps its rows: in its data folder, or in a PostgreSQL database of its own.
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { newDatabase } from './new-database.ts'
import { folderMustHoldNoSecret } from './no-secrets.ts'
import { runSql } from './rows.ts'

export interface TestRows {
  /** What the service and every command on its installation must be told. */
  environment: Record<string, string>
  /** All rows of a table, in the order of its first column: an ordinal where rows have one. */
  all(table: 'jobs' | 'assets' | 'attempts' | 'events' | 'requests'): Promise<Record<string, unknown>[]>
  /** Takes an asset's row away, as nobody but a test does: its bytes stay. */
  forget(assetId: string): Promise<void>
  /** Throws where the rows hold what must lie nowhere. */
  remove(): Promise<void>
}

/** Chosen by HERBARIUM_TEST_ROWS, for whole test files. */
export const makeRows = (dataDir: string): Promise<TestRows> =>
  process.env.HERBARIUM_TEST_ROWS === 'postgres' ? onPostgres() : inFolder(dataDir)

async function inFolder(dataDir: string): Promise<TestRows> {
  return {
    environment: {},
    all: async table => runSql(dataDir, `select * from ${table} order by 1`),
    forget: async assetId => {
      runSql(dataDir, 'delete from assets where id = ?', assetId)
    },
    remove: async () => folderMustHoldNoSecret(dataDir),
  }
}

async function onPostgres(): Promise<TestRows> {
  const { url, query, drop } = await newDatabase(inject('postgresUrl'), inject('postgresTemplate'))
  return {
    environment: { DATABASE_URL: url, SECRET_KEY: randomBytes(32).toString('hex') },
    all: table => query(`select * from ${table} order by 1`),
    forget: async assetId => {
      await query('delete from assets where id = $1', assetId)
    },
    remove: drop,
  }
}
