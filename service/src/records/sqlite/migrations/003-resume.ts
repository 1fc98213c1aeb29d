// Migration 003 for SQLite: attempts keep what has arrived so far, requests keep what they were refused with.
import { type Kysely, sql } from 'kysely'

const statements = [
  'alter table attempts add column partial_key text',
  'alter table attempts add column partial_bytes integer',
  'alter table requests add column refusal text',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
