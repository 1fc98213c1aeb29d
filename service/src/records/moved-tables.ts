// The tables that move with an installation, those that others refer to first.
import type { Tables } from './tables.ts'

export type MovedTable = Exclude<keyof Tables, 'servers'>

/** Each with its primary key. Rows of `servers` speak of processes, and no process moves. */
export const MOVED_TABLES = {
  workspaces: ['ordinal'],
  keys: ['ordinal'],
  projects: ['ordinal'],
  assets: ['ordinal'],
  attempts: ['asset_id', 'n'],
  nodes: ['ordinal'],
  events: ['ordinal'],
  webhooks: ['ordinal'],
  deliveries: ['ordinal'],
  requests: ['key_id', 'method', 'path', 'key'],
  jobs: ['ordinal'],
  secrets: ['kid'],
  counters: ['workspace_id'],
} satisfies Record<MovedTable, string[]>
