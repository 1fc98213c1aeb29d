// What projects ask of the rows.
import type { Page, PageRequest } from '../ground/page.ts'
import type { RequestRecord } from '../ground/request-record.ts'
import type { SaveOutcome } from '../ground/save-outcome.ts'
import type { CanvasNode, Project } from './project.ts'

export interface ProjectRecords {
  /** Writes the project and, in the same write, the request that asked for it. */
  insert(project: Project, request?: RequestRecord): Promise<SaveOutcome>
  find(projectId: string): Promise<Project | undefined>
  /** By recent activity; `query` is a substring of the name, whatever its case. */
  list(filter: { workspaceId: string; query?: string | undefined }, page: PageRequest): Promise<Page<Project>>
  /** Newest first. */
  nodes(projectId: string, page: PageRequest): Promise<Page<CanvasNode>>
}
