// Finding workspaces: one by its id, or a page of them. For operators, who see all of them.
import { notFound } from '../ground/errors.ts'
import type { Page, PageRequest } from '../ground/page.ts'
import type { WorkspaceRecords } from './ports.ts'
import type { Workspace } from './workspace.ts'

export async function findWorkspace(
  { workspaces }: { workspaces: Pick<WorkspaceRecords, 'find'> },
  workspaceId: string,
): Promise<Workspace> {
  const workspace = await workspaces.find(workspaceId)
  if (workspace === undefined) throw notFound('workspace')
  return workspace
}

/** Newest first. */
export const listWorkspaces = (
  { workspaces }: { workspaces: Pick<WorkspaceRecords, 'page'> },
  page: PageRequest,
): Promise<Page<Workspace>> => workspaces.page(page)
