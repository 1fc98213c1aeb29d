// DELETE /assets/{asset_id}: the asset and its bytes, for good.
import { z } from 'zod'
import { deleteAsset as remove } from '../../assets/delete.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { idempotently } from '../idempotency.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const schema = {
  tags: ['assets'],
  summary: 'Delete an asset',
  description:
    'In any state, attached or not: its URL answers 404 from then on, an upload under way is cancelled, and its nodes stay on their canvas without it. A pinned asset answers 409.',
  params: z.object({ asset_id: schemas.assetId }),
  body: schemas.emptyBody,
  response: {
    204: z.null().meta({ description: 'The asset is gone' }),
    ...schemas.errors(400, 401, 403, 404, 409, 422),
  },
}

export function deleteAsset(app: App, deps: Deps): void {
  app.delete('/assets/:asset_id', { schema, config: needs('assets:delete') }, async (request, reply) => {
    reply.code(204)
    await idempotently<true>(
      deps,
      { request, reply },
      {
        subject: 'asset',
        status: 204,
        bodyKey: request.body?.idempotency_key,
        meaning: {},
        isNoted: true,
        run: claim => remove(deps, request.actor, { assetId: request.params.asset_id, request: claim }),
        replay: async () => true,
      },
    )
    return reply.send()
  })
}
