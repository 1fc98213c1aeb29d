// A bounded pool of connections to one PostgreSQL database, with its errors translated.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { unavailable } from '../../ground/errors.ts'
import type { ConnectionUse } from '../records.ts'
import { translated } from './trouble.ts'

const CONNECT_WITHIN_MS = 5_000
/** The server gives a statement up first, so that its connection can be used again. */
const STATEMENT_MS = 15_000
const ANSWER_WITHIN_MS = 20_000
const IDLE_MS = 30_000
const KEEPALIVE_AFTER_MS = 10_000
const ENDED_WITHIN_MS = 3_000

export interface Connections {
  /**
   * Lends a connection. Writes that were cut off on their way are ended at the server first, so that whoever looks
   * afterwards sees what has become of them. Throws `unavailable`.
   */
  lend(): Promise<pg.PoolClient>
  /** Takes a connection back whose last write may still be under way at the server. */
  abandon(client: pg.PoolClient): void
  use(): ConnectionUse
  close(): Promise<void>
}

export interface PoolShape {
  max: number
  /** False for work that may take its time. */
  isHurried: boolean
}

export function openConnections(url: string, shape: PoolShape): Connections {
  const names = new WeakMap<pg.ClientBase, string>()
  const cutOff = new Set<string>()
  const pool = new pg.Pool({
    ...optionsOf(url, shape),
    onConnect: async client => {
      client.on('error', ignore) // the query under way is told, and the pool drops the connection
      const name = `herbarium ${randomUUID()}`
      names.set(client, name)
      await client.query(PREPARE, [name, shape.isHurried ? STATEMENT_MS : 0])
    },
  })
  pool.on('error', ignore) // an idle connection was lost: the pool has dropped it already
  return {
    lend: async () => {
      const client = await pool.connect().catch(error => {
        throw translated(error)
      })
      try {
        for (const name of [...cutOff]) {
          await end(client, name)
          cutOff.delete(name)
        }
        return client
      } catch (error) {
        client.release(true)
        throw translated(error)
      }
    },
    abandon: client => {
      const name = names.get(client)
      if (name !== undefined) cutOff.add(name)
      client.release(true)
    },
    use: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  }
}

const optionsOf = (url: string, { max, isHurried }: PoolShape): pg.PoolConfig => ({
  connectionString: url,
  max,
  pipeline: true, // a write sends all its steps at once
  connectionTimeoutMillis: CONNECT_WITHIN_MS,
  idleTimeoutMillis: IDLE_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
  ...(isHurried ? { query_timeout: ANSWER_WITHIN_MS } : {}),
  types: { getTypeParser: typeParser },
})

/** A name to find the connection by, and commits that wait for the disk whatever the server's default is. */
const PREPARE = `select set_config('application_name', $1, false), set_config('statement_timeout', $2, false),
  case current_setting('synchronous_commit') when 'off' then set_config('synchronous_commit', 'on', false) end`

/** Ends a connection's process at the server, with what it has not committed. */
async function end(client: pg.PoolClient, name: string): Promise<void> {
  const its = 'from pg_stat_activity where application_name = $1 and usename = current_user'
  await client.query(`select pg_terminate_backend(pid, ${ENDED_WITHIN_MS}) ${its}`, [name])
  const { rows } = await client.query(`select pid ${its}`, [name])
  if (rows.length > 0) throw unavailable(new Error('a write that was cut off is still under way'))
}

const ignore = (): void => undefined

/** Times and sizes are far below 2^53. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format ?? 'text')
}
