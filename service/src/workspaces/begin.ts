// The first start of an installation: one workspace, one project, one key.
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import { issueKey } from '../keys/key.ts'
import { newProject } from '../projects/project.ts'
import type { WorkspaceRecords } from './ports.ts'
import { newWorkspace } from './workspace.ts'

/** Makes the beginning if there is none yet. Answers the first API key, to be shown once, or undefined. */
export async function begin(ports: {
  workspaces: WorkspaceRecords
  clock: Clock
  ids: Ids
}): Promise<string | undefined> {
  const workspace = newWorkspace(ports, { name: 'My workspace' })
  const project = newProject(ports, { workspaceId: workspace.id, name: 'My first project' })
  const { key, secret } = issueKey(ports, { workspaceId: workspace.id, name: 'first key' })
  return (await ports.workspaces.begin({ workspace, project, key })) ? secret : undefined
}
