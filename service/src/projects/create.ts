// Creating a project.
import type { Actor } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import { foreignWorkspace } from '../ground/errors.ts'
import type { Ids } from '../ground/ids.ts'
import { answered, type RequestClaim } from '../ground/request-record.ts'
import type { ProjectRecords } from './ports.ts'
import { newProject, type Project } from './project.ts'

/** Answers the project, or undefined when a request with the same idempotency key was first. */
export async function createProject(
  ports: { projects: ProjectRecords; clock: Clock; ids: Ids },
  actor: Actor,
  input: { workspaceId: string; name: string; request?: RequestClaim | undefined },
): Promise<Project | undefined> {
  if (input.workspaceId !== actor.workspaceId) throw foreignWorkspace()
  const project = newProject(ports, input)
  const outcome = await ports.projects.insert(project, answered(input.request, project.id))
  return outcome === 'saved' ? project : undefined
}
