// Migration 002 for PostgreSQL: attempts remember the form's object they have seen, servers say that they are alive.
import { type Kysely, sql } from 'kysely'

const statements = [
  'alter table attempts add column form_object text collate "C"',
  `create table servers (
    id text collate "C" primary key,
    store text collate "C" not null,
    started_at bigint not null,
    alive_until bigint not null
  )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
