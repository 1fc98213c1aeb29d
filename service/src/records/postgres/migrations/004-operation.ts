// Migration 004 for PostgreSQL: spaces to test in, scripted faults, and assets that have an hour to go.
import { type Kysely, sql } from 'kysely'

const statements = [
  'alter table workspaces add column test_of text collate "C" references workspaces (id)',
  'create unique index workspaces_for_tests on workspaces (test_of) where test_of is not null',
  'alter table attempts add column scripted_fault text collate "C"',
  'create index assets_to_delete on assets (delete_after) where delete_after is not null',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
