// GET /admin/keys: the keys of every workspace, or of one, newest first.
import { z } from 'zod'
import { listKeys } from '../../../keys/find.ts'
import * as admin from '../../admin-schemas.ts'
import type { App } from '../../app.ts'
import { cursorFor, readCursor } from '../../cursors.ts'
import type { Deps } from '../../deps.ts'
import { presentKey } from '../../present-admin.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'

const schema = {
  tags: ['admin'],
  summary: 'List keys',
  description:
    'Newest first, and without their secrets. Those that are revoked or have expired stay in the list.',
  querystring: schemas.pageQuery.extend({ workspace_id: schemas.workspaceId.optional() }),
  response: {
    200: z.object({ keys: z.array(admin.key), meta: schemas.meta }),
    ...schemas.errors(400, 401, 403),
  },
}

export function listAdminKeys(app: App, deps: Deps): void {
  app.get('/admin/keys', { schema, config: needs('admin') }, async request => {
    const { workspace_id, limit, cursor } = request.query
    const listing = { route: 'admin/keys', workspace_id }
    const after = await readCursor(deps.signing.cursors, listing, cursor)
    const page = await listKeys(deps, { workspaceId: workspace_id, page: { limit, after } })
    return {
      keys: page.items.map(key => presentKey(key, deps.clock.now())),
      meta: { next_cursor: cursorFor(deps.signing.cursors, listing, page) },
    }
  })
}
