// GET /projects: a workspace's projects, by recent activity.
import { z } from 'zod'
import { listProjects as list } from '../../projects/find.ts'
import type { App } from '../app.ts'
import { cursorFor, readCursor } from '../cursors.ts'
import type { Deps } from '../deps.ts'
import { presentProject } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const schema = {
  tags: ['projects'],
  summary: 'List projects',
  querystring: schemas.pageQuery.extend({
    workspace_id: schemas.workspaceId,
    query: z.string().max(255).optional().meta({ description: 'A substring of the name, whatever its case' }),
  }),
  response: {
    200: z.object({ projects: z.array(schemas.project), meta: schemas.meta }),
    ...schemas.errors(400, 401, 403),
  },
}

export function listProjects(app: App, deps: Deps): void {
  app.get('/projects', { schema, config: needs('assets:read', 'projects:write') }, async request => {
    const { workspace_id, query, limit, cursor } = request.query
    const listing = { route: 'projects', workspace_id, query }
    const after = await readCursor(deps.signing.cursors, listing, cursor)
    const page = await list(deps, request.actor, { workspaceId: workspace_id, query, page: { limit, after } })
    return {
      projects: page.items.map(presentProject),
      meta: { next_cursor: cursorFor(deps.signing.cursors, listing, page) },
    }
  })
}
