// A database of the test's own, on a PostgreSQL server that runs.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { rowsMustHoldNoSecret } from './no-secrets.ts'

export interface NewDatabase {
  name: string
  url: string
  /** Runs SQL beside the program. */
  query(sql: string, ...parameters: unknown[]): Promise<Record<string, unknown>[]>
  /** Ends whatever is connected. Throws where the rows hold what must lie nowhere. */
  drop(): Promise<void>
}

/**
 * `serverUrl` names any database of the server, with a role that may make others. What is made is empty, or a copy of
 * the `template`.
 */
export async function newDatabase(serverUrl: string, template = 'template1'): Promise<NewDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await run(serverUrl, `create database ${name} template ${template}`)
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href
  return {
    name,
    url,
    query: (sql, ...parameters) => run(url, sql, parameters),
    drop: async () => {
      await mustHoldNoSecret(url).finally(() => run(serverUrl, `drop database ${name} with (force)`))
    },
  }
}

type Query = NewDatabase['query']

const run = (url: string, sql: string, parameters: unknown[] = []) =>
  connected(url, query => query(sql, ...parameters))

/** To connect costs ten milliseconds of processor time on both sides: whoever asks much asks on one connection. */
async function connected<T>(url: string, act: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await act(async (sql, ...parameters) => (await client.query(sql, parameters)).rows)
  } finally {
    await client.end()
  }
}

const mustHoldNoSecret = (url: string): Promise<void> =>
  connected(url, async query => {
    const tables = await query("select tablename as name from pg_tables where schemaname = 'public'")
    for (const { name } of tables) rowsMustHoldNoSecret(String(name), await query(`select * from "${name}"`))
  })
