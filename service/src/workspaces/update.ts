// Changing a workspace: its name, its quota, and who may have its media.
import { notFound } from '../ground/errors.ts'
import { label } from '../ground/label.ts'
import type { WorkspaceRecords, WorkspaceUpdate } from './ports.ts'
import type { Workspace } from './workspace.ts'

/** What is left out stays. A quota below what is kept removes nothing and lets nothing more in. */
export async function updateWorkspace(
  ports: { workspaces: WorkspaceRecords },
  workspaceId: string,
  { name, ...update }: WorkspaceUpdate,
): Promise<Workspace> {
  const workspace = await ports.workspaces.update(workspaceId, {
    ...update,
    name: name === undefined ? undefined : label('name', name),
  })
  if (workspace === undefined) throw notFound('workspace')
  return workspace
}
