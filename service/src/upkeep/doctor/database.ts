// What a database server offers to this installation, and what that is worth.
import { apart, type Check, fail, ok, warn } from './check.ts'

export interface ServerFacts {
  /** Connections that a role such as ours may have here at a time, all nodes together. */
  connections: number
  /** Which setting allows no more, such as `max_connections`. */
  limitedBy: string
  /** Whether names can be searched by trigrams: at once, after the extension was made, or not at all. */
  trigrams: 'usable' | 'to be made' | 'hidden' | 'forbidden' | 'missing'
  /** How far the server's clock is from this machine's. */
  clockAheadMs: number
}

const SKEW_MS = 2_000

export const serverChecks = (facts: ServerFacts, ours: number): Check[] => [
  connectionsCheck(facts, ours),
  trigramsCheck(facts),
  clockCheck(facts),
]

function connectionsCheck({ connections, limitedBy }: ServerFacts, ours: number): Check {
  const said = `${connections} are allowed (${limitedBy}), and this node may take ${ours}`
  return ours < connections
    ? ok('db_connections', said)
    : warn(
        'db_connections',
        `${said}: it alone could take them all`,
        `Lower DATABASE_CONNECTIONS, or raise ${limitedBy}; every node, command and backup needs some.`,
      )
}

function trigramsCheck({ trigrams }: ServerFacts): Check {
  const name = 'db_trigrams'
  switch (trigrams) {
    case 'usable':
      return ok(name, 'pg_trgm is there')
    case 'to be made':
      return ok(name, 'pg_trgm will be made with the tables')
    case 'hidden':
      return fail(
        name,
        'pg_trgm is in a schema that is not searched, so that tables and searches fail',
        'Put its schema into search_path: alter role ... set search_path = public, <its schema>.',
      )
    case 'forbidden':
      return fail(
        name,
        'pg_trgm is not there, and this role may not make it',
        'Have a superuser run "create extension pg_trgm" in this database.',
      )
    case 'missing':
      return fail(name, 'the server has no pg_trgm', "Install PostgreSQL's contrib package there.")
  }
}

function clockCheck({ clockAheadMs }: ServerFacts): Check {
  return Math.abs(clockAheadMs) > SKEW_MS
    ? warn(
        'db_clock',
        `the database server's clock is ${apart(clockAheadMs)}`,
        'Set both by one source (NTP): leases and expiry are judged by the clocks of all.',
      )
    : ok('db_clock', "the database server's clock agrees with this machine's")
}
