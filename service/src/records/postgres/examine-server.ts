// What a PostgreSQL server offers, asked without changing anything.
import type { Clock } from '../../ground/clock.ts'
import type { ServerFacts } from '../../upkeep/doctor/database.ts'
import { openConnections } from './connections.ts'

/** Connections are limited by server, database and role; those kept back for others are no use to ours. */
const LIMITS = `select
  current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0) as server,
  (select datconnlimit from pg_database where datname = current_database()) as database,
  (select rolconnlimit from pg_roles where rolname = current_user) as role`

/** An extension may be made by whoever may create in the database, where the server trusts it. */
const TRIGRAMS = `select case
  when to_regprocedure('show_trgm(text)') is not null then 'usable'
  when exists (select from pg_extension where extname = 'pg_trgm') then 'hidden'
  when not exists (select from pg_available_extensions where name = 'pg_trgm') then 'missing'
  when has_database_privilege(current_database(), 'create') then 'to be made'
  else 'forbidden' end as trigrams`

const NOW = 'select extract(epoch from clock_timestamp())::float8 * 1000 as now'
const UNLIMITED = -1

interface Limits {
  server: number
  database: number
  role: number
}

/** Throws `unavailable`. */
export async function examineServer(url: string, clock: Clock): Promise<ServerFacts> {
  const connections = openConnections(url, { max: 1, isHurried: true })
  try {
    const client = await connections.lend()
    try {
      const limits = (await client.query<Limits>(LIMITS)).rows[0]
      const trigrams = (await client.query<Pick<ServerFacts, 'trigrams'>>(TRIGRAMS)).rows[0]
      const before = clock.now()
      const server = (await client.query<{ now: number }>(NOW)).rows[0]
      const here = (before + clock.now()) / 2
      if (!limits || !trigrams || !server) throw new Error('a question without a condition had no answer')
      return { ...narrowest(limits), ...trigrams, clockAheadMs: server.now - here }
    } finally {
      client.release()
    }
  } finally {
    await connections.close()
  }
}

function narrowest({ server, database, role }: Limits): Pick<ServerFacts, 'connections' | 'limitedBy'> {
  const limits = [
    { connections: server, limitedBy: 'max_connections' },
    { connections: database, limitedBy: 'the connection limit of the database' },
    { connections: role, limitedBy: 'the connection limit of the role' },
  ].filter(({ connections }) => connections !== UNLIMITED)
  return limits.reduce((one, other) => (other.connections < one.connections ? other : one), {
    connections: server,
    limitedBy: 'max_connections',
  })
}
