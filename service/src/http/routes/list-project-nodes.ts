// GET /projects/{project_id}/nodes: what is on a canvas, newest first.
import { z } from 'zod'
import { listNodes } from '../../projects/find.ts'
import type { App } from '../app.ts'
import { cursorFor, readCursor } from '../cursors.ts'
import type { Deps } from '../deps.ts'
import { presentNode } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const node = z.object({
  node_id: schemas.id('node_'),
  type: z.enum(['image', 'video', 'audio', 'text']),
  label: z.string().nullable(),
  url: z.url().nullable(),
  asset_id: schemas.id('asset_').nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
})

const schema = {
  tags: ['projects'],
  summary: "List a project's nodes",
  description: 'A PDF is a node of type `text` that carries its file name and URL.',
  params: z.object({ project_id: schemas.projectId }),
  querystring: schemas.pageQuery,
  response: {
    200: z.object({ nodes: z.array(node), meta: schemas.meta }),
    ...schemas.errors(400, 401, 403, 404),
  },
}

export function listProjectNodes(app: App, deps: Deps): void {
  app.get(
    '/projects/:project_id/nodes',
    { schema, config: needs('assets:read', 'projects:write') },
    async request => {
      const projectId = request.params.project_id
      const { limit, cursor } = request.query
      const listing = { route: 'nodes', projectId }
      const after = await readCursor(deps.signing.cursors, listing, cursor)
      const page = await listNodes(deps, request.actor, { projectId, page: { limit, after } })
      const urls = deps.urls.for(request.actor)
      return {
        nodes: page.items.map(item => presentNode(urls, item)),
        meta: { next_cursor: cursorFor(deps.signing.cursors, listing, page) },
      }
    },
  )
}
