// GET /assets/{asset_id}: one asset.
import { z } from 'zod'
import { awaitSettled } from '../../assets/await-settled.ts'
import { findAsset } from '../../assets/find.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { endOf, whenClosing } from '../ended.ts'
import { presentAsset } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'
import { BY_TOKEN_TOO } from '../token-bearer.ts'

const schema = {
  tags: ['assets'],
  summary: 'Retrieve an asset',
  description:
    'An asset that is missing and one of another workspace both answer 404. With `wait` the answer comes once the asset has left `pending_upload`, or when so many seconds are over.',
  params: z.object({ asset_id: schemas.assetId }),
  querystring: z.object({ wait: schemas.waitSeconds }),
  response: { 200: schemas.assetDetail, ...schemas.errors(400, 401, 404) },
}

export function getAsset(app: App, deps: Deps): void {
  const closing = whenClosing(app)
  app.get(
    '/assets/:asset_id',
    { schema, config: { ...needs('assets:read', 'assets:write'), ...BY_TOKEN_TOO } },
    async (request, reply) => {
      const { asset_id: assetId } = request.params
      const { wait } = request.query
      const asset =
        wait === 0
          ? await findAsset(deps, request.actor, assetId)
          : await awaitSettled(deps, request.actor, {
              assetId,
              waitMs: wait * 1000,
              signal: endOf(reply, closing),
            })
      return presentAsset(deps.urls.for(request.actor), asset)
    },
  )
}
