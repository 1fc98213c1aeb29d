// GET /admin/workspaces/{workspace_id}: one tenant.
import { z } from 'zod'
import { findWorkspace } from '../../../workspaces/find.ts'
import * as admin from '../../admin-schemas.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentAdminWorkspace } from '../../present-admin.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'

const schema = {
  tags: ['admin'],
  summary: 'Retrieve a workspace',
  params: z.object({ workspace_id: schemas.workspaceId }),
  response: { 200: admin.workspace, ...schemas.errors(400, 401, 403, 404) },
}

export function getAdminWorkspace(app: App, deps: Deps): void {
  app.get('/admin/workspaces/:workspace_id', { schema, config: needs('admin') }, async request =>
    presentAdminWorkspace(await findWorkspace(deps, request.params.workspace_id)),
  )
}
