// PATCH /assets/{asset_id}: how long the asset is kept.
import { z } from 'zod'
import type { Asset } from '../../assets/asset.ts'
import { changeRetention } from '../../assets/change-retention.ts'
import type { App } from '../app.ts'
import { deleteAfterSeconds, retentionIn } from '../asset-body.ts'
import type { Deps } from '../deps.ts'
import { idempotently } from '../idempotency.ts'
import { presentAsset } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const schema = {
  tags: ['assets'],
  summary: 'Change how long an asset is kept',
  description:
    'In any state. `ephemeral` takes `delete_after_seconds`, counted from this change; `pinned` keeps the asset from being deleted until another PATCH.',
  params: z.object({ asset_id: schemas.assetId }),
  body: z.strictObject({
    retention: schemas.retention,
    delete_after_seconds: deleteAfterSeconds,
    idempotency_key: schemas.idempotencyKey,
  }),
  response: { 200: schemas.assetDetail, ...schemas.errors(400, 401, 403, 404, 409, 422) },
}

export function updateAsset(app: App, deps: Deps): void {
  app.patch('/assets/:asset_id', { schema, config: needs('assets:write') }, async (request, reply) => {
    const { idempotency_key, ...body } = request.body
    const { asset_id: assetId } = request.params
    const asset = await idempotently<Asset>(
      deps,
      { request, reply },
      {
        subject: 'asset',
        status: 200,
        bodyKey: idempotency_key,
        meaning: body,
        isNoted: true,
        run: claim =>
          changeRetention(deps, request.actor, { assetId, said: retentionIn(body), request: claim }),
        replay: ({ subjectId }) => deps.assets.find(subjectId ?? ''),
      },
    )
    return presentAsset(deps.urls, asset)
  })
}
