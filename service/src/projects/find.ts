// Finding projects and what is on them.
import type { Actor } from '../ground/actor.ts'
import { foreignWorkspace, notFound } from '../ground/errors.ts'
import type { Page, PageRequest } from '../ground/page.ts'
import type { ProjectRecords } from './ports.ts'
import type { CanvasNode, Project } from './project.ts'

type Ports = { projects: ProjectRecords }

/** A project of another workspace is refused exactly as if it were missing. */
export async function findProject(ports: Ports, actor: Actor, projectId: string): Promise<Project> {
  const project = await ports.projects.find(projectId)
  if (project?.workspaceId !== actor.workspaceId) throw notFound('project')
  return project
}

export async function listProjects(
  ports: Ports,
  actor: Actor,
  request: { workspaceId: string; query?: string | undefined; page: PageRequest },
): Promise<Page<Project>> {
  if (request.workspaceId !== actor.workspaceId) throw foreignWorkspace()
  return ports.projects.list({ workspaceId: request.workspaceId, query: request.query }, request.page)
}

export async function listNodes(
  ports: Ports,
  actor: Actor,
  request: { projectId: string; page: PageRequest },
): Promise<Page<CanvasNode>> {
  const project = await findProject(ports, actor, request.projectId)
  return ports.projects.nodes(project.id, request.page)
}
