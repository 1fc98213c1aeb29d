// POST /admin/keys: a key for a workspace, shown this once.
import { z } from 'zod'
import { createKeyIn } from '../../../workspaces/test-space.ts'
import * as admin from '../../admin-schemas.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { UNKEPT } from '../../errors.ts'
import { presentNewKey } from '../../present-admin.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'

const schema = {
  tags: ['admin'],
  summary: 'Create a key',
  description:
    'The secret is told once, and so the same request sent again makes another key: an `Idempotency-Key` changes nothing here.',
  body: z.strictObject({
    workspace_id: schemas.workspaceId,
    name: admin.name,
    scopes: admin.scopes.optional(),
    mode: z.enum(['live', 'test']).optional().meta({
      description:
        'A test key opens the space in which the workspace is tested, which is made with its first one; left out for live',
    }),
    expires_at: z
      .int()
      .nullable()
      .optional()
      .meta({ description: 'Unix milliseconds, at most 10 years ahead; left out or null for never' }),
  }),
  response: { 201: admin.keyWithSecret, ...schemas.errors(400, 401, 403, 404) },
}

export function createAdminKey(app: App, deps: Deps): void {
  app.post('/admin/keys', { schema, config: needs('admin') }, async (request, reply) => {
    const { workspace_id: workspaceId, expires_at: expiresAt, ...said } = request.body
    const made = await createKeyIn(deps, { workspaceId, expiresAt, ...said })
    reply.code(201).headers(UNKEPT)
    return presentNewKey(made, deps.clock.now())
  })
}
