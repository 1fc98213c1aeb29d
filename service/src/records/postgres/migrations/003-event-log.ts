// Migration 003 for PostgreSQL: events are removed by their time, and workspaces have webhooks.
import { type Kysely, sql } from 'kysely'

const statements = [
  'create index events_by_time on events (at)',
  `create table webhooks (
    ordinal bigint generated always as identity primary key,
    id text collate "C" not null unique,
    workspace_id text collate "C" not null references workspaces (id),
    url text collate "C" not null,
    types text collate "C",
    secret text collate "C" not null,
    old_secret text collate "C",
    old_secret_until bigint,
    created_by_key text collate "C" not null,
    created_at bigint not null,
    sent_seq bigint not null,
    next_at bigint not null default 0,
    tries bigint not null default 0,
    failing_since bigint,
    disabled_at bigint,
    disabled_reason text collate "C",
    lease_until bigint,
    lease_owner text collate "C"
  )`,
  'create index webhooks_by_workspace on webhooks (workspace_id, ordinal)',
  `create table deliveries (
    ordinal bigint generated always as identity primary key,
    id text collate "C" not null unique,
    webhook_id text collate "C" not null references webhooks (id) on delete cascade,
    event_id text collate "C" not null,
    seq bigint not null,
    type text collate "C" not null,
    state text collate "C" not null,
    tries bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    next_at bigint,
    status bigint,
    error text collate "C"
  )`,
  'create index deliveries_by_webhook on deliveries (webhook_id, ordinal)',
  'create index deliveries_by_time on deliveries (last_at)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
