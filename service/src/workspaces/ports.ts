// What workspaces ask of the rows.
import type { Key } from '../keys/key.ts'
import type { Project } from '../projects/project.ts'
import type { Workspace } from './workspace.ts'

/** What an installation begins with. */
export interface Beginning {
  workspace: Workspace
  project: Project
  key: Key
}

export interface WorkspaceRecords {
  insert(workspace: Workspace): Promise<void>
  find(workspaceId: string): Promise<Workspace | undefined>
  /** All of them, oldest first. */
  list(): Promise<Workspace[]>
  /**
   * Writes the beginning if there is no workspace yet, and says whether it did. However many processes ask at
   * once, one is told true.
   */
  begin(beginning: Beginning): Promise<boolean>
}
