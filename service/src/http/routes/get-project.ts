// GET /projects/{project_id}: one project.
import { z } from 'zod'
import { findProject } from '../../projects/find.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { presentProject } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const schema = {
  tags: ['projects'],
  summary: 'Retrieve a project',
  params: z.object({ project_id: schemas.projectId }),
  response: { 200: schemas.project, ...schemas.errors(400, 401, 403, 404) },
}

export function getProject(app: App, deps: Deps): void {
  app.get(
    '/projects/:project_id',
    { schema, config: needs('assets:read', 'projects:write') },
    async request => presentProject(await findProject(deps, request.actor, request.params.project_id)),
  )
}
