// Creating a workspace.
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import type { WorkspaceRecords } from './ports.ts'
import { newWorkspace, type Workspace, type WorkspaceTerms } from './workspace.ts'

export async function createWorkspace(
  ports: { workspaces: WorkspaceRecords; clock: Clock; ids: Ids },
  input: WorkspaceTerms,
): Promise<Workspace> {
  const workspace = newWorkspace(ports, input)
  await ports.workspaces.insert(workspace)
  return workspace
}
