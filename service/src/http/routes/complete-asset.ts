// POST /assets/{asset_id}/complete: the bytes are there, look at them.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { asAttemptLeft } from '../../assets/as-attempt-left.ts'
import type { Asset } from '../../assets/asset.ts'
import { complete } from '../../assets/complete.ts'
import { answered, type RequestClaim } from '../../ground/request-record.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { idempotently } from '../idempotency.ts'
import { presentUpload } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'
import { BY_TOKEN_TOO } from '../token-bearer.ts'

const schema = {
  tags: ['assets'],
  summary: 'Complete an upload',
  description:
    'Answers once the bytes are judged: `ready`, or `failed` with a `failure_message`. When that takes long the answer is `pending_upload` and the work goes on: ask again, or GET the asset.',
  params: z.object({ asset_id: schemas.assetId }),
  body: schemas.emptyBody,
  response: { 200: schemas.assetUpload, ...schemas.errors(400, 401, 402, 404, 409, 422) },
}

export function completeAsset(app: App, deps: Deps): void {
  app.post(
    '/assets/:asset_id/complete',
    { schema, config: { ...needs('assets:write'), ...BY_TOKEN_TOO } },
    async (request, reply) => {
      const asset = await idempotently<Asset>(
        deps,
        { request, reply },
        {
          subject: 'asset',
          status: 200,
          bodyKey: request.body?.idempotency_key,
          meaning: {},
          isNoted: false, // whoever completes again gets the same answer
          run: claim => completeAndRemember(deps, request, { assetId: request.params.asset_id, claim }),
          replay: async record => {
            const upload = await deps.assets.findUpload(record.subjectId ?? '', record.attempt ?? undefined)
            return upload && asAttemptLeft(upload)
          },
        },
      )
      return presentUpload(deps.urls.for(request.actor), asset)
    },
  )
}

/** Several completions share one write, so the answer is remembered after it; a pending one is none yet. */
async function completeAndRemember(
  deps: Deps,
  { actor, fault }: FastifyRequest,
  { assetId, claim }: { assetId: string; claim: RequestClaim | undefined },
): Promise<Asset | undefined> {
  const asset = await complete(deps, actor, { assetId, fault })
  const request = answered(claim, asset.id, asset.attempt)
  if (request === undefined || asset.status === 'pending_upload') return asset
  return (await deps.saveRequest(request)) === 'saved' ? asset : undefined
}
