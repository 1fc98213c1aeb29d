// DELETE /admin/keys/{key_id}: the key opens nothing more, at once and for good.
import { z } from 'zod'
import { revokeKey } from '../../../keys/revoke.ts'
import * as admin from '../../admin-schemas.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'

const schema = {
  tags: ['admin'],
  summary: 'Revoke a key',
  description: 'At once and for good, and its upload tokens with it. It stays in the list.',
  params: z.object({ key_id: admin.keyId }),
  response: {
    204: z.null().meta({ description: 'It opens nothing more' }),
    ...schemas.errors(400, 401, 403, 404),
  },
}

export function revokeAdminKey(app: App, deps: Deps): void {
  app.delete('/admin/keys/:key_id', { schema, config: needs('admin') }, async (request, reply) => {
    await revokeKey(deps, request.params.key_id)
    return reply.code(204).send(null)
  })
}
