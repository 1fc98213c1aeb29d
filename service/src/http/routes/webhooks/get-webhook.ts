// GET /webhooks/{webhook_id}: one webhook.
import { z } from 'zod'
import { findWebhook } from '../../../webhooks/find.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentWebhook } from '../../present-webhook.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'
import { webhook, webhookId } from '../../webhook-schemas.ts'

const schema = {
  tags: ['webhooks'],
  summary: 'Retrieve a webhook',
  params: z.object({ webhook_id: webhookId }),
  response: { 200: webhook, ...schemas.errors(400, 401, 403, 404) },
}

export function getWebhook(app: App, deps: Deps): void {
  app.get('/webhooks/:webhook_id', { schema, config: needs('assets:read') }, async request =>
    presentWebhook(await findWebhook(deps, request.actor, request.params.webhook_id)),
  )
}
