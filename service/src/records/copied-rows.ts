// What is made right in a copy of all rows.
import { type CompiledQuery, type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

/** Attempts whose bytes had arrived in part have none, and are as open as before. */
export const leavePartial = (db: Kysely<Tables>): CompiledQuery =>
  db
    .updateTable('attempts')
    .set({ partial_key: null, partial_bytes: null })
    .where('partial_key', 'is not', null)
    .compile()

/** Makes the counters agree with the rows. */
export const recount = (db: Kysely<Tables>): CompiledQuery =>
  sql`update counters set
    assets = (select count(*) from assets where assets.workspace_id = counters.workspace_id),
    bytes = (
      select coalesce(sum(size_bytes), 0) from assets
      where assets.workspace_id = counters.workspace_id and status = 'ready'
    ),
    open_attempts = (
      select count(*) from attempts join assets on assets.id = attempts.asset_id
      where assets.workspace_id = counters.workspace_id and attempts.state in ('open', 'received')
    ),
    received_bytes = (
      select coalesce(sum(coalesce(attempts.received_bytes, 0) + coalesce(attempts.partial_bytes, 0)), 0)
      from attempts join assets on assets.id = attempts.asset_id
      where assets.workspace_id = counters.workspace_id and attempts.state in ('open', 'received')
    )`.compile(db)
