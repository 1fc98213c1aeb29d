// POST /assets/{asset_id}/complete: the bytes are there, look at them.
import { z } from 'zod'
import { complete } from '../../assets/complete.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { presentUpload } from '../present.ts'
import * as schemas from '../schemas.ts'

const schema = {
  tags: ['assets'],
  summary: 'Complete an upload',
  description:
    'Answers once the bytes are judged: `ready`, or `failed` with a `failure_message`. When that takes long the answer is `pending_upload` and the work goes on: ask again, or GET the asset.',
  params: z.object({ asset_id: schemas.assetId }),
  body: schemas.emptyBody,
  response: { 200: schemas.assetUpload, ...schemas.errors(400, 401, 402, 404, 409) },
}

export function completeAsset(app: App, deps: Deps): void {
  app.post('/assets/:asset_id/complete', { schema }, async request =>
    presentUpload(deps.urls, await complete(deps, request.actor, request.params.asset_id)),
  )
}
