// POST /assets/{asset_id}/sign: a URL of private media that is good for as long as its caller says.
import { z } from 'zod'
import { findAsset } from '../../assets/find.ts'
import { conflict } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const DEFAULT_SECONDS = 3600
const MAX_SECONDS = 604_800
const seconds = { error: `must be a whole number of seconds from 1 to ${MAX_SECONDS}` }

const schema = {
  tags: ['assets'],
  summary: 'Sign the URL of an asset',
  description:
    'Where the media of the workspace are private: a URL that is good for `expires_in` seconds. Where they are public: the URL that is good for ever, and `expires_at` is `null`.',
  params: z.object({ asset_id: schemas.assetId }),
  body: z
    .strictObject({
      expires_in: z.int(seconds).min(1, seconds).max(MAX_SECONDS, seconds).default(DEFAULT_SECONDS),
    })
    .nullish(),
  response: { 200: schemas.signedUrl, ...schemas.errors(400, 401, 403, 404, 409) },
}

export function signAsset(app: App, deps: Deps): void {
  app.post('/assets/:asset_id/sign', { schema, config: needs('assets:read') }, async request => {
    const asset = await findAsset(deps, request.actor, request.params.asset_id)
    if (asset.status !== 'ready')
      throw conflict(
        `This asset is ${asset.status} and its url answers nobody: ${asset.status === 'failed' ? 'retry' : 'complete'} it first.`,
        asset.status !== 'failed',
      )
    if (request.actor.mediaAccess === 'public')
      return { asset_id: asset.id, url: deps.urls.media(asset), expires_at: null }
    const expires = Math.floor(deps.clock.now() / 1000) + (request.body?.expires_in ?? DEFAULT_SECONDS)
    return {
      asset_id: asset.id,
      url: deps.urls.signed(asset, expires),
      expires_at: new Date(expires * 1000).toISOString(),
    }
  })
}
