// A workspace as the commands show it.
import type { Workspace } from '../workspaces/workspace.ts'
import { sizeInWords } from './size-in-words.ts'

export const workspaceAsJson = (workspace: Workspace) => ({
  workspace_id: workspace.id,
  name: workspace.name,
  mode: workspace.mode,
  media_access: workspace.mediaAccess,
  quota_bytes: workspace.quotaBytes,
  created_at: workspace.createdAt,
})

export const workspaceAsLine = ({ id, mode, mediaAccess, quotaBytes, name }: Workspace): string =>
  [id, mode, mediaAccess, `quota ${quotaBytes === null ? 'none' : sizeInWords(quotaBytes)}`, name].join('  ')
