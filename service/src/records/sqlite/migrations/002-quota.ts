// Migration 002 for SQLite: what a workspace has under way is counted, as what it has already is.
import { type Kysely, sql } from 'kysely'

const statements = [
  'alter table counters add column open_attempts integer not null default 0',
  'alter table counters add column received_bytes integer not null default 0',
  `update counters set
    open_attempts = (
      select count(*) from attempts join assets on assets.id = attempts.asset_id
      where assets.workspace_id = counters.workspace_id and attempts.state in ('open', 'received')
    ),
    received_bytes = (
      select coalesce(sum(attempts.received_bytes), 0) from attempts join assets on assets.id = attempts.asset_id
      where assets.workspace_id = counters.workspace_id and attempts.state = 'received'
    )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
