// POST /admin/workspaces: a new tenant.
import { z } from 'zod'
import { createWorkspace } from '../../../workspaces/create.ts'
import * as admin from '../../admin-schemas.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentAdminWorkspace } from '../../present-admin.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'

const schema = {
  tags: ['admin'],
  summary: 'Create a workspace',
  description: 'It has no key yet, and no project.',
  body: z.strictObject({
    name: admin.name,
    quota_bytes: admin.quotaBytes.optional(),
    media_access: admin.mediaAccess.optional(),
  }),
  response: { 201: admin.workspace, ...schemas.errors(400, 401, 403) },
}

export function createAdminWorkspace(app: App, deps: Deps): void {
  app.post('/admin/workspaces', { schema, config: needs('admin') }, async (request, reply) => {
    const { name, quota_bytes, media_access } = request.body
    reply.code(201)
    return presentAdminWorkspace(
      await createWorkspace(deps, { name, quotaBytes: quota_bytes, mediaAccess: media_access }),
    )
  })
}
