// Migration 005 for PostgreSQL: keys that rotation put others in the place of.
import { type Kysely, sql } from 'kysely'

const statements = ['alter table keys add column replaced_by text collate "C"']

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
