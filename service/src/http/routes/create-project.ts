// POST /projects: a new, empty canvas.
import { z } from 'zod'
import { createProject as create } from '../../projects/create.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { idempotently } from '../idempotency.ts'
import { presentProject } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const schema = {
  tags: ['projects'],
  summary: 'Create a project',
  body: z.strictObject({
    workspace_id: schemas.workspaceId,
    name: z.string().max(800).meta({ example: 'Spring campaign' }),
    idempotency_key: schemas.idempotencyKey,
  }),
  response: { 201: schemas.project, ...schemas.errors(400, 401, 403, 409, 422) },
}

export function createProject(app: App, deps: Deps): void {
  app.post('/projects', { schema, config: needs('projects:write') }, async (request, reply) => {
    const { idempotency_key, ...meaning } = request.body
    reply.code(201)
    const project = await idempotently(
      deps,
      { request, reply },
      {
        subject: 'project',
        status: 201,
        bodyKey: idempotency_key,
        meaning,
        isNoted: false, // two of one name may be meant, and a canvas shared by mistake mixes their work
        run: claim =>
          create(deps, request.actor, {
            workspaceId: meaning.workspace_id,
            name: meaning.name,
            request: claim,
          }),
        replay: async record => {
          const made = await deps.projects.find(record.subjectId ?? '')
          return made && { ...made, lastModified: made.createdAt }
        },
      },
    )
    return presentProject(project)
  })
}
