// Creating a workspace.
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import { label } from '../ground/label.ts'
import type { WorkspaceRecords } from './ports.ts'
import type { Workspace } from './workspace.ts'

export async function createWorkspace(
  ports: { workspaces: WorkspaceRecords; clock: Clock; ids: Ids },
  input: { name: string; quotaBytes?: number | null },
): Promise<Workspace> {
  const workspace = {
    id: ports.ids.id('ws'),
    name: label('name', input.name),
    quotaBytes: input.quotaBytes ?? null,
    createdAt: ports.clock.now(),
  }
  await ports.workspaces.insert(workspace)
  return workspace
}
