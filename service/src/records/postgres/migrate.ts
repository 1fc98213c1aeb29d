// Bringing a PostgreSQL database to the schema this program knows.
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { mustBeKnown } from '../known-schema.ts'
import { openConnections } from './connections.ts'
import { createKysely } from './kysely.ts'
import * as begin from './migrations/001-begin.ts'
import * as severalNodes from './migrations/002-several-nodes.ts'
import * as eventLog from './migrations/003-event-log.ts'
import * as operation from './migrations/004-operation.ts'
import * as rotatedKeys from './migrations/005-rotated-keys.ts'

const migrations = {
  '001-begin': begin,
  '002-several-nodes': severalNodes,
  '003-event-log': eventLog,
  '004-operation': operation,
  '005-rotated-keys': rotatedKeys,
}

/** Every step of the schema that this program knows, in order. */
export const migrationNames: string[] = Object.keys(migrations)

/** Any number that no other program takes for its own. */
const LOCK = 4_736_251_870

/**
 * However many nodes start at once, one makes each step; in a transaction, so that a start that is cut off leaves the
 * database as it was. The lock goes with the connection that has it, so there is but one.
 */
export async function migrate(url: string): Promise<void> {
  const connections = openConnections(url, { max: 1, isHurried: false })
  const db = createKysely(connections)
  try {
    await sql`select pg_advisory_lock(${LOCK})`.execute(db)
    await mustBeKnown(db, migrationNames, 'The database that DATABASE_URL names')
    const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined) throw error
  } finally {
    await db.destroy()
    await connections.close()
  }
}
