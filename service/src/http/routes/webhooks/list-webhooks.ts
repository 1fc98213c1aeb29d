// GET /webhooks: the workspace's webhooks, newest first.
import { z } from 'zod'
import { listWebhooks as list } from '../../../webhooks/find.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentWebhook } from '../../present-webhook.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'
import { webhook } from '../../webhook-schemas.ts'

const schema = {
  tags: ['webhooks'],
  summary: 'List webhooks',
  response: { 200: z.object({ webhooks: z.array(webhook) }), ...schemas.errors(401, 403) },
}

export function listWebhooks(app: App, deps: Deps): void {
  app.get('/webhooks', { schema, config: needs('assets:read') }, async request => ({
    webhooks: (await list(deps, request.actor)).map(presentWebhook),
  }))
}
