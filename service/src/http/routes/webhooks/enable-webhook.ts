// POST /webhooks/{webhook_id}/enable: a webhook that was disabled is tried again.
import { z } from 'zod'
import { enableWebhook as enable } from '../../../webhooks/enable.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentWebhook } from '../../present-webhook.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'
import { webhook, webhookId } from '../../webhook-schemas.ts'

const schema = {
  tags: ['webhooks'],
  summary: 'Enable a webhook again',
  description: 'It goes on where it was: with every event since then that is still kept.',
  params: z.object({ webhook_id: webhookId }),
  body: z.strictObject({}).nullish(),
  response: { 200: webhook, ...schemas.errors(400, 401, 403, 404) },
}

export function enableWebhook(app: App, deps: Deps): void {
  app.post('/webhooks/:webhook_id/enable', { schema, config: needs('assets:write') }, async request =>
    presentWebhook(await enable(deps, request.actor, request.params.webhook_id)),
  )
}
