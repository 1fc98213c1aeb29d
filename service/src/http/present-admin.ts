// The installation's administration as operators see it: a key's secret only when it is made.
import type { z } from 'zod'
import { type Key, statusOf } from '../keys/key.ts'
import type { Rotated } from '../keys/rotate.ts'
import type { WorkspaceUsage } from '../workspaces/usage.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import type * as schemas from './admin-schemas.ts'

export const presentAdminWorkspace = (workspace: Workspace): z.output<typeof schemas.workspace> => ({
  workspace_id: workspace.id,
  name: workspace.name,
  mode: workspace.mode,
  test_of: workspace.testOf,
  media_access: workspace.mediaAccess,
  quota_bytes: workspace.quotaBytes,
  created_at: workspace.createdAt,
})

export const presentKey = (key: Key, now: number): z.output<typeof schemas.key> => ({
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

export const presentNewKey = (
  { key, secret }: { key: Key; secret: string },
  now: number,
): z.output<typeof schemas.keyWithSecret> => ({ ...presentKey(key, now), api_key: secret })

export const presentRotated = (rotated: Rotated, now: number): z.output<typeof schemas.rotatedKey> => ({
  ...presentNewKey(rotated, now),
  replaces: { key_id: rotated.replaced.keyId, ends_at: rotated.replaced.endsAt },
})

export const presentUsage = (usage: WorkspaceUsage) => ({
  workspace_id: usage.workspaceId,
  assets: usage.assets,
  bytes: usage.bytes,
  open_uploads: usage.openUploads,
  quota_bytes: usage.quotaBytes,
  remaining_bytes: usage.remainingBytes,
})
