// GET /assets/{asset_id}/media: what is known of a ready asset's pictures, sound or pages.
import { z } from 'zod'
import { findAsset } from '../../assets/find.ts'
import { conflict } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { presentMedia } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const schema = {
  tags: ['assets'],
  summary: "Retrieve an asset's media facts",
  description: 'What a look into the whole file found; `null` where its kind has no such thing.',
  params: z.object({ asset_id: schemas.assetId }),
  response: { 200: schemas.assetMedia, ...schemas.errors(400, 401, 403, 404, 409) },
}

export function getAssetMedia(app: App, deps: Deps): void {
  app.get('/assets/:asset_id/media', { schema, config: needs('assets:read') }, async request => {
    const asset = await findAsset(deps, request.actor, request.params.asset_id)
    if (asset.status !== 'ready')
      throw conflict(
        `This asset is ${asset.status}: its media are known once it is ready.`,
        asset.status !== 'failed',
      )
    return presentMedia(asset)
  })
}
