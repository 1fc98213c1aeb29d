// Bringing a SQLite file to the schema this program knows.
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import * as begin from '../migrations/001-begin.ts'
import type { Tables } from '../tables.ts'

const migrations = { '001-begin': begin }

/** Each migration runs once, in a transaction. Kysely takes no lock on SQLite: the caller holds one. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
