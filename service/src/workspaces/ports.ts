// What workspaces ask of the rows.
import type { Page, PageRequest } from '../ground/page.ts'
import type { Key } from '../keys/key.ts'
import type { Project } from '../projects/project.ts'
import type { Workspace } from './workspace.ts'

/** What an installation begins with. */
export interface Beginning {
  workspace: Workspace
  project: Project
  key: Key
}

/** What of a workspace may change; what is left out stays. */
export type WorkspaceUpdate = {
  [Field in 'name' | 'quotaBytes' | 'mediaAccess']?: Workspace[Field] | undefined
}

/** What is counted of a workspace's assets. */
export interface Counters {
  count(workspaceId: string): Promise<number>
  usage(workspaceId: string): Promise<{ usedBytes: number; openAttempts: number }>
}

export interface WorkspaceRecords {
  insert(workspace: Workspace): Promise<void>
  find(workspaceId: string): Promise<Workspace | undefined>
  /** Where this live workspace is tested, if that has been made. */
  findTestSpace(liveId: string): Promise<Workspace | undefined>
  /** Writes it unless its live workspace has one: however many ask at once, there is one. */
  insertTestSpace(workspace: Workspace): Promise<void>
  /** All of them, oldest first. */
  list(): Promise<Workspace[]>
  /** Newest first. */
  page(page: PageRequest): Promise<Page<Workspace>>
  /** Answers the workspace as it is then, or undefined where there is none. */
  update(workspaceId: string, update: WorkspaceUpdate): Promise<Workspace | undefined>
  /**
   * Writes the beginning if there is no workspace yet, and says whether it did. However many processes ask at
   * once, one is told true.
   */
  begin(beginning: Beginning): Promise<boolean>
}
