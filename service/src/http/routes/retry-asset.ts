// POST /assets/{asset_id}/retry: fresh upload instructions for the same asset.
import { z } from 'zod'
import type { Upload } from '../../assets/ports.ts'
import { retry } from '../../assets/retry.ts'
import type { RequestRecord } from '../../ground/request-record.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { idempotently } from '../idempotency.ts'
import { presentReservation } from '../present.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'
import { BY_TOKEN_TOO } from '../token-bearer.ts'
import { instructionsFor } from '../upload-instructions.ts'

const schema = {
  tags: ['assets'],
  summary: 'Retry an upload',
  description:
    'For an upload that failed, expired or is still pending. The id and the URL stay; the old instructions are dead.',
  params: z.object({ asset_id: schemas.assetId }),
  body: schemas.emptyBody,
  response: { 200: schemas.assetUpload, ...schemas.errors(400, 401, 402, 404, 409, 422) },
}

export function retryAsset(app: App, deps: Deps): void {
  app.post(
    '/assets/:asset_id/retry',
    { schema, config: { ...needs('assets:write'), ...BY_TOKEN_TOO } },
    async (request, reply) => {
      const upload = await idempotently<Upload>(
        deps,
        { request, reply },
        {
          subject: 'asset',
          status: 200,
          bodyKey: request.body?.idempotency_key,
          meaning: {},
          isNoted: true,
          run: claim =>
            retry(deps, request.actor, {
              assetId: request.params.asset_id,
              request: claim,
              fault: request.fault,
            }),
          replay: record => reservationOf(deps, record),
        },
      )
      const instructions = await instructionsFor(deps, request.actor, upload)
      return presentReservation(deps.urls.for(request.actor), upload, instructions)
    },
  )
}

/** The reservation as it was made. Of a note only while it is of use: else its asset needs another. */
async function reservationOf(deps: Deps, record: RequestRecord): Promise<Upload | undefined> {
  const upload = await deps.assets.findUpload(record.subjectId ?? '', record.attempt ?? undefined)
  return upload !== undefined && record.isNote && !isUnused(upload) ? undefined : upload
}

const isUnused = ({ asset, attempt }: Upload): boolean =>
  asset.status === 'pending_upload' && asset.attempt === attempt.n && attempt.state === 'open'
