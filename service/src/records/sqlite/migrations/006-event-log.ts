// Migration 006 for SQLite: every event has its number, and workspaces have webhooks.
import { type Kysely, sql } from 'kysely'

const statements = [
  `update events set seq = numbered.seq from (
    select ordinal, row_number() over (partition by workspace_id order by ordinal) as seq from events
  ) as numbered where events.ordinal = numbered.ordinal`,
  'drop index events_unnumbered',
  'create index events_by_time on events (at)',
  `create table webhooks (
    ordinal integer primary key autoincrement,
    id text not null unique,
    workspace_id text not null references workspaces (id),
    url text not null,
    types text,
    secret text not null,
    old_secret text,
    old_secret_until integer,
    created_by_key text not null,
    created_at integer not null,
    sent_seq integer not null,
    next_at integer not null default 0,
    tries integer not null default 0,
    failing_since integer,
    disabled_at integer,
    disabled_reason text,
    lease_until integer,
    lease_owner text
  ) strict`,
  'create index webhooks_by_workspace on webhooks (workspace_id, ordinal)',
  `create table deliveries (
    ordinal integer primary key autoincrement,
    id text not null unique,
    webhook_id text not null references webhooks (id) on delete cascade,
    event_id text not null,
    seq integer not null,
    type text not null,
    state text not null,
    tries integer not null,
    first_at integer not null,
    last_at integer not null,
    next_at integer,
    status integer,
    error text
  ) strict`,
  'create index deliveries_by_webhook on deliveries (webhook_id, ordinal)',
  'create index deliveries_by_time on deliveries (last_at)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
