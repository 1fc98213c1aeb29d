// DELETE /webhooks/{webhook_id}: the endpoint is told nothing more.
import { z } from 'zod'
import { removeWebhook } from '../../../webhooks/remove.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'
import { webhookId } from '../../webhook-schemas.ts'

const schema = {
  tags: ['webhooks'],
  summary: 'Delete a webhook',
  params: z.object({ webhook_id: webhookId }),
  response: { 204: z.null().meta({ description: 'It is gone' }), ...schemas.errors(400, 401, 403, 404) },
}

export function deleteWebhook(app: App, deps: Deps): void {
  app.delete('/webhooks/:webhook_id', { schema, config: needs('assets:write') }, async (request, reply) => {
    await removeWebhook(deps, request.actor, request.params.webhook_id)
    return reply.code(204).send(null)
  })
}
