// Migration 004 for SQLite: attempts remember the form's object they have seen, servers say that they are alive.
import { type Kysely, sql } from 'kysely'

const statements = [
  'alter table attempts add column form_object text',
  `create table servers (
    id text primary key,
    store text not null,
    started_at integer not null,
    alive_until integer not null
  ) strict`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
