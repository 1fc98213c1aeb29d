// GET /assets/{asset_id}: one asset.
import { z } from 'zod'
import { findAsset } from '../../assets/find.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { presentAsset } from '../present.ts'
import * as schemas from '../schemas.ts'
import { BY_TOKEN_TOO } from '../token-bearer.ts'

const schema = {
  tags: ['assets'],
  summary: 'Retrieve an asset',
  description: 'An asset that is missing and one of another workspace both answer 404.',
  params: z.object({ asset_id: schemas.assetId }),
  response: { 200: schemas.assetDetail, ...schemas.errors(400, 401, 404) },
}

export function getAsset(app: App, deps: Deps): void {
  app.get('/assets/:asset_id', { schema, config: BY_TOKEN_TOO }, async request =>
    presentAsset(deps.urls, await findAsset(deps, request.actor, request.params.asset_id)),
  )
}
