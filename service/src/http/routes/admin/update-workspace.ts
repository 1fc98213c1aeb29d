// PATCH /admin/workspaces/{workspace_id}: another name, another quota, another access to its media.
import { z } from 'zod'
import { updateWorkspace } from '../../../workspaces/update.ts'
import * as admin from '../../admin-schemas.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentAdminWorkspace } from '../../present-admin.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'

const schema = {
  tags: ['admin'],
  summary: 'Change a workspace',
  description:
    'What is left out stays. A quota below what is kept removes nothing; it lets nothing more in until there is room again.',
  params: z.object({ workspace_id: schemas.workspaceId }),
  body: z.strictObject({
    name: admin.name.optional(),
    quota_bytes: admin.quotaBytes.optional(),
    media_access: admin.mediaAccess.optional(),
  }),
  response: { 200: admin.workspace, ...schemas.errors(400, 401, 403, 404) },
}

export function updateAdminWorkspace(app: App, deps: Deps): void {
  app.patch('/admin/workspaces/:workspace_id', { schema, config: needs('admin') }, async request => {
    const { name, quota_bytes, media_access } = request.body
    const update = { name, quotaBytes: quota_bytes, mediaAccess: media_access }
    return presentAdminWorkspace(await updateWorkspace(deps, request.params.workspace_id, update))
  })
}
