// GET /admin/keys/{key_id}: one key, without its secret.
import { z } from 'zod'
import { findKey } from '../../../keys/find.ts'
import * as admin from '../../admin-schemas.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentKey } from '../../present-admin.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'

const schema = {
  tags: ['admin'],
  summary: 'Retrieve a key',
  params: z.object({ key_id: admin.keyId }),
  response: { 200: admin.key, ...schemas.errors(400, 401, 403, 404) },
}

export function getAdminKey(app: App, deps: Deps): void {
  app.get('/admin/keys/:key_id', { schema, config: needs('admin') }, async request =>
    presentKey(await findKey(deps, request.params.key_id), deps.clock.now()),
  )
}
