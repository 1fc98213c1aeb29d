// A key as the commands show it: never with its secret.
import { type Key, statusOf } from '../keys/key.ts'

export const keyAsJson = (key: Key, now: number) => ({
  key_id: key.id,
  workspace_id: key.workspaceId,
  name: key.name,
  mode: key.mode,
  scopes: key.scopes,
  prefix: key.prefix,
  status: statusOf(key, now),
  created_at: key.createdAt,
  expires_at: key.expiresAt,
  revoked_at: key.revokedAt,
  last_used_at: key.lastUsedAt,
  replaced_by: key.replacedBy,
})

const STATUS_WIDTH = 'expired'.length

export const keyAsLine = (key: Key, now: number): string =>
  [
    key.id,
    `${key.prefix}…`,
    key.workspaceId,
    statusOf(key, now).padEnd(STATUS_WIDTH),
    key.mode,
    key.scopes.join(','),
    `expires ${minuteOf(key.expiresAt)}`,
    `used ${minuteOf(key.lastUsedAt)}`,
    key.name,
  ].join('  ')

/** In UTC. */
export const minuteOf = (time: number | null): string =>
  time === null ? 'never' : `${new Date(time).toISOString().slice(0, 16)}Z`
