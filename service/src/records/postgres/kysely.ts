// Kysely over a pool of connections, for reads.
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import type { PoolClient } from 'pg'
import type { Tables } from '../tables.ts'
import type { Connections } from './connections.ts'
import { isAnswer, translated } from './trouble.ts'

export const createKysely = (connections: Connections): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new PostgresDialect({ pool: poolOf(connections) }) })

const poolOf = (connections: Connections): PostgresPool => ({
  options: {},
  connect: async () => readerOf(await connections.lend()),
  end: async () => undefined, // whoever opened the connections closes them
})

function readerOf(client: PoolClient): PostgresPoolClient {
  let isLost = false
  const query = async (sql: string, parameters: readonly unknown[] = []) => {
    if (parameters.some(isNowhere)) return NOTHING
    try {
      return await client.query(sql, [...parameters])
    } catch (error) {
      isLost = !isAnswer(error)
      throw translated(error)
    }
  }
  return {
    query: query as unknown as PostgresPoolClient['query'], // no cursor is ever asked for
    release: () => client.release(isLost),
  }
}

const NOTHING = { command: 'SELECT', rowCount: 0, rows: [] }

/** PostgreSQL keeps no text with a NUL in it and takes none: no row has what is looked for. */
const isNowhere = (parameter: unknown): boolean => typeof parameter === 'string' && parameter.includes('\0')
