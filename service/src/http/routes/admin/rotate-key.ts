// POST /admin/keys/{key_id}/rotate: a successor, shown this once, beside the old key for a while.
import { z } from 'zod'
import { DEFAULT_OVERLAP_MS, MAX_OVERLAP_SECONDS, rotateKey } from '../../../keys/rotate.ts'
import * as admin from '../../admin-schemas.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { UNKEPT } from '../../errors.ts'
import { presentRotated } from '../../present-admin.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'

const schema = {
  tags: ['admin'],
  summary: 'Rotate a key',
  description:
    'Makes another key with the same workspace, name and scopes, and, where the old one expires, the same length of life. The old one ends after `overlap_seconds`, or at its own expiry if that is earlier; 0 revokes it at once. A key is rotated once: afterwards rotate its successor. The secret is told once: an `Idempotency-Key` changes nothing here.',
  params: z.object({ key_id: admin.keyId }),
  body: z
    .strictObject({
      overlap_seconds: z
        .int()
        .default(DEFAULT_OVERLAP_MS / 1000)
        .meta({ minimum: 0, maximum: MAX_OVERLAP_SECONDS }), // held to by the verb, for commands too
    })
    .nullish(),
  response: { 200: admin.rotatedKey, ...schemas.errors(400, 401, 403, 404, 409) },
}

export function rotateAdminKey(app: App, deps: Deps): void {
  app.post('/admin/keys/:key_id/rotate', { schema, config: needs('admin') }, async (request, reply) => {
    const overlap = request.body?.overlap_seconds
    const rotated = await rotateKey(deps, {
      keyId: request.params.key_id,
      overlapMs: overlap === undefined ? undefined : overlap * 1000,
    })
    reply.headers(UNKEPT)
    return presentRotated(rotated, deps.clock.now())
  })
}
