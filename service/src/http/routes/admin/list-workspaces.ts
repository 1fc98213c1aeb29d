// GET /admin/workspaces: every tenant, newest first.
import { z } from 'zod'
import { listWorkspaces } from '../../../workspaces/find.ts'
import * as admin from '../../admin-schemas.ts'
import type { App } from '../../app.ts'
import { cursorFor, readCursor } from '../../cursors.ts'
import type { Deps } from '../../deps.ts'
import { presentAdminWorkspace } from '../../present-admin.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'

const LISTING = { route: 'admin/workspaces' }

const schema = {
  tags: ['admin'],
  summary: 'List every workspace',
  description: 'Newest first.',
  querystring: schemas.pageQuery,
  response: {
    200: z.object({ workspaces: z.array(admin.workspace), meta: schemas.meta }),
    ...schemas.errors(400, 401, 403),
  },
}

export function listAdminWorkspaces(app: App, deps: Deps): void {
  app.get('/admin/workspaces', { schema, config: needs('admin') }, async request => {
    const { limit, cursor } = request.query
    const after = await readCursor(deps.signing.cursors, LISTING, cursor)
    const page = await listWorkspaces(deps, { limit, after })
    return {
      workspaces: page.items.map(presentAdminWorkspace),
      meta: { next_cursor: cursorFor(deps.signing.cursors, LISTING, page) },
    }
  })
}
