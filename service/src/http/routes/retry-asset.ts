// POST /assets/{asset_id}/retry: fresh upload instructions for the same asset.
import { z } from 'zod'
import { retry } from '../../assets/retry.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { presentReservation } from '../present.ts'
import * as schemas from '../schemas.ts'

const schema = {
  tags: ['assets'],
  summary: 'Retry an upload',
  description:
    'For an upload that failed, expired or is still pending. The id and the URL stay; the old instructions are dead.',
  params: z.object({ asset_id: schemas.assetId }),
  body: schemas.emptyBody,
  response: { 200: schemas.assetUpload, ...schemas.errors(400, 401, 402, 404, 409) },
}

export function retryAsset(app: App, deps: Deps): void {
  app.post('/assets/:asset_id/retry', { schema }, async request => {
    const { asset, attempt } = await retry(deps, request.actor, request.params.asset_id)
    return presentReservation(deps.urls, asset, attempt)
  })
}
