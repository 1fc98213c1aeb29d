// Migration 001 for SQLite: every concept of the product has its table from the start.
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table workspaces (
    ordinal integer primary key autoincrement,
    id text not null unique,
    name text not null,
    media_access text not null default 'public',
    quota_bytes integer,
    mode text not null default 'live',
    created_at integer not null
  ) strict`,
  `create table keys (
    ordinal integer primary key autoincrement,
    id text not null unique,
    workspace_id text not null references workspaces (id),
    name text not null,
    mode text not null default 'live',
    scopes text not null default '["*"]',
    prefix text not null,
    hash text not null unique,
    created_at integer not null,
    expires_at integer,
    revoked_at integer,
    last_used_at integer
  ) strict`,
  `create table projects (
    ordinal integer primary key autoincrement,
    id text not null unique,
    workspace_id text not null references workspaces (id),
    name text not null,
    name_folded text not null,
    created_at integer not null,
    last_modified integer not null
  ) strict`,
  'create index projects_by_activity on projects (workspace_id, last_modified, ordinal)',
  `create table assets (
    ordinal integer primary key autoincrement,
    id text not null unique,
    workspace_id text not null references workspaces (id),
    media_token text not null unique,
    status text not null,
    name text,
    name_folded text,
    folder text not null default '',
    metadata text not null default '{}',
    uploaded_via text not null,
    declared_type text,
    declared_size integer,
    declared_sha256 text,
    project_id text references projects (id),
    content_type text not null,
    size_bytes integer,
    sha256 text,
    width integer,
    height integer,
    media text,
    failure_code text,
    failure_message text,
    blob_key text unique,
    attempt integer not null,
    version integer not null,
    retention text not null default 'standard',
    delete_after integer,
    created_by_key text not null,
    created_at integer not null,
    ready_at integer
  ) strict`,
  'create index assets_by_workspace on assets (workspace_id, ordinal)',
  'create index assets_by_status on assets (workspace_id, status, ordinal)',
  'create index assets_by_type on assets (workspace_id, content_type, ordinal)',
  'create index assets_by_folder on assets (workspace_id, folder, ordinal)',
  'create index assets_by_project on assets (project_id, ordinal) where project_id is not null',
  `create virtual table asset_names using fts5 (
    name, content = '', contentless_delete = 1, tokenize = 'trigram', detail = full
  )`,
  `create trigger assets_name_inserted after insert on assets when new.name_folded is not null begin
    insert into asset_names (rowid, name) values (new.ordinal, new.name_folded);
  end`,
  `create trigger assets_name_deleted after delete on assets when old.name_folded is not null begin
    delete from asset_names where rowid = old.ordinal;
  end`,
  `create table attempts (
    asset_id text not null references assets (id) on delete cascade,
    n integer not null,
    state text not null,
    transport text,
    ticket_kid text not null,
    signed_at integer not null,
    expires_at integer not null,
    max_bytes integer not null,
    quarantine_key text not null unique,
    received_key text,
    received_bytes integer,
    received_sha256 text,
    total_bytes integer,
    sniffed_type text,
    verdict text,
    fence integer not null default 0,
    first_byte_at integer,
    last_byte_at integer,
    closed_by text,
    lease_until integer,
    lease_owner text,
    primary key (asset_id, n)
  ) strict, without rowid`,
  `create index attempts_by_expiry on attempts (state, expires_at) where state in ('open', 'received')`,
  `create table nodes (
    ordinal integer primary key autoincrement,
    id text not null unique,
    project_id text not null references projects (id),
    asset_id text references assets (id) on delete set null,
    type text not null,
    label text,
    width integer,
    height integer,
    actor_key_id text not null,
    created_at integer not null
  ) strict`,
  'create index nodes_by_project on nodes (project_id, ordinal)',
  'create index nodes_by_asset on nodes (asset_id, ordinal)',
  `create table events (
    ordinal integer primary key autoincrement,
    id text not null unique,
    workspace_id text not null,
    seq integer,
    type text not null,
    asset_id text,
    attempt integer,
    actor_key_id text,
    data text not null,
    at integer not null
  ) strict`,
  'create unique index events_by_seq on events (workspace_id, seq) where seq is not null',
  'create index events_unnumbered on events (ordinal) where seq is null',
  'create index events_by_asset on events (asset_id, ordinal)',
  `create table requests (
    key_id text not null,
    method text not null,
    path text not null,
    key text not null,
    fingerprint text not null,
    state text not null,
    status integer not null,
    request_id text not null,
    subject_id text,
    attempt integer,
    at integer not null,
    primary key (key_id, method, path, key)
  ) strict, without rowid`,
  'create index requests_by_age on requests (at)',
  `create table jobs (
    ordinal integer primary key autoincrement,
    id text not null unique,
    kind text not null,
    subject text not null,
    payload text not null default '{}',
    run_at integer not null,
    tries integer not null default 0,
    lease_until integer,
    lease_owner text
  ) strict`,
  'create index jobs_by_time on jobs (run_at, ordinal)',
  'create index jobs_by_subject on jobs (subject)',
  `create table secrets (
    kid text primary key,
    purpose text not null,
    sealed text not null,
    created_at integer not null,
    retired_at integer
  ) strict, without rowid`,
  `create table counters (
    workspace_id text primary key references workspaces (id),
    assets integer not null default 0,
    bytes integer not null default 0
  ) strict, without rowid`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
