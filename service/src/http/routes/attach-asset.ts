// POST /projects/{project_id}/assets/{asset_id}/attach: put a ready asset on a canvas.
import { z } from 'zod'
import { attach } from '../../projects/attach.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { idempotently } from '../idempotency.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const schema = {
  tags: ['projects'],
  summary: 'Attach an asset to a project',
  description: 'Each call makes a node on the canvas. The asset must be ready and of the same workspace.',
  params: z.object({ project_id: schemas.projectId, asset_id: schemas.assetId }),
  body: schemas.emptyBody,
  response: {
    201: z.object({
      project_id: schemas.id('prj_'),
      asset_id: schemas.id('asset_'),
      node_id: schemas.id('node_'),
      canvas_url: z.url(),
    }),
    ...schemas.errors(400, 401, 403, 404, 409, 422),
  },
}

export function attachAsset(app: App, deps: Deps): void {
  app.post(
    '/projects/:project_id/assets/:asset_id/attach',
    { schema, config: needs('assets:write', 'projects:write') },
    async (request, reply) => {
      const { project_id, asset_id } = request.params
      reply.code(201)
      const nodeId = await idempotently(
        deps,
        { request, reply },
        {
          subject: 'asset',
          status: 201,
          bodyKey: request.body?.idempotency_key,
          meaning: {},
          isNoted: true,
          run: async claim => {
            const target = { projectId: project_id, assetId: asset_id, request: claim }
            return (await attach(deps, request.actor, target))?.id
          },
          replay: async record => record.subjectId ?? undefined,
        },
      )
      return { project_id, asset_id, node_id: nodeId, canvas_url: deps.urls.canvas(project_id) }
    },
  )
}
