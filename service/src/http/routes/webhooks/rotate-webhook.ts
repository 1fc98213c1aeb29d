// POST /webhooks/{webhook_id}/rotate: a new secret, beside the old one for a while.
import { z } from 'zod'
import { rotateSecret } from '../../../webhooks/rotate.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentWithSecret } from '../../present-webhook.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'
import { webhookId, withSecret } from '../../webhook-schemas.ts'

const DAY_SECONDS = 86_400
const seconds = { error: `must be a whole number of seconds from 0 to ${7 * DAY_SECONDS}` }

const schema = {
  tags: ['webhooks'],
  summary: "Rotate a webhook's secret",
  description:
    'Deliveries carry two signatures, by the new secret and the old one, until `overlap_seconds` are over.',
  params: z.object({ webhook_id: webhookId }),
  body: z
    .strictObject({
      overlap_seconds: z
        .int(seconds)
        .min(0, seconds)
        .max(7 * DAY_SECONDS, seconds)
        .default(DAY_SECONDS),
    })
    .nullish(),
  response: { 200: withSecret, ...schemas.errors(400, 401, 403, 404) },
}

export function rotateWebhook(app: App, deps: Deps): void {
  app.post('/webhooks/:webhook_id/rotate', { schema, config: needs('assets:write') }, async request => {
    const overlapMs = (request.body?.overlap_seconds ?? DAY_SECONDS) * 1000
    return presentWithSecret(
      await rotateSecret(deps, request.actor, { id: request.params.webhook_id, overlapMs }),
    )
  })
}
