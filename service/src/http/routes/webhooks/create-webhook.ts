// POST /webhooks: an endpoint is to be told of events.
import { z } from 'zod'
import { createWebhook as create } from '../../../webhooks/create.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentWithSecret } from '../../present-webhook.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'
import { types, withSecret } from '../../webhook-schemas.ts'

const schema = {
  tags: ['webhooks'],
  summary: 'Create a webhook',
  description:
    'The endpoint is told of every event of the workspace from now on, in their order, each at least once: `POST` with the headers `Flora-Signature`, `Flora-Webhook-Id` and `Flora-Event`. Any 2xx within 15 seconds takes a delivery; else it is tried again for 24 hours. 410 disables the webhook, as do three days in which nothing is taken. The secret is told once.',
  body: z.strictObject({
    url: z
      .string()
      .max(2048)
      .meta({ description: 'A public https:// URL', example: 'https://example.com/hooks' }),
    types: types.optional().meta({ description: 'Only these; left out for all' }),
  }),
  response: { 201: withSecret, ...schemas.errors(400, 401, 403, 409) },
}

export function createWebhook(app: App, deps: Deps): void {
  app.post('/webhooks', { schema, config: needs('assets:write') }, async (request, reply) => {
    const { url, types } = request.body
    reply.code(201)
    return presentWithSecret(await create(deps, request.actor, { url, types: types ?? null }))
  })
}
