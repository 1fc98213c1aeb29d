// GET /assets/{asset_id}/timeline: each attempt and event of an asset, for whoever asks what became of a file.
import { z } from 'zod'
import { timeline } from '../../assets/timeline.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { presentTimeline } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'
import { BY_TOKEN_TOO } from '../token-bearer.ts'

const schema = {
  tags: ['assets'],
  summary: "Retrieve an asset's timeline",
  description:
    'Every attempt to bring its bytes, oldest first, with what failed and what to do about it, and the events of the asset in their order; of either at most the newest 1000.',
  params: z.object({ asset_id: schemas.assetId }),
  response: { 200: schemas.timeline, ...schemas.errors(400, 401, 404) },
}

export function getTimeline(app: App, deps: Deps): void {
  app.get(
    '/assets/:asset_id/timeline',
    { schema, config: { ...needs('assets:read'), ...BY_TOKEN_TOO } },
    async request => presentTimeline(await timeline(deps, request.actor, request.params.asset_id)),
  )
}
