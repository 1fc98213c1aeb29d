// POST /webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver: tells of an event once more, now.
import { z } from 'zod'
import { redeliver as send } from '../../../webhooks/redeliver.ts'
import type { App } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { presentDelivery } from '../../present-webhook.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'
import { delivery, deliveryId, webhookId } from '../../webhook-schemas.ts'

const schema = {
  tags: ['webhooks'],
  summary: 'Redeliver an event',
  description: 'One try, whatever became of the delivery before; the answer says what came of it.',
  params: z.object({ webhook_id: webhookId, delivery_id: deliveryId }),
  body: z.strictObject({}).nullish(),
  response: { 200: delivery, ...schemas.errors(400, 401, 403, 404, 410) },
}

export function redeliver(app: App, deps: Deps): void {
  app.post(
    '/webhooks/:webhook_id/deliveries/:delivery_id/redeliver',
    { schema, config: needs('assets:write') },
    async request => {
      const { webhook_id, delivery_id } = request.params
      const wanted = { webhookId: webhook_id, deliveryId: delivery_id }
      return presentDelivery(await send(deps, request.actor, wanted))
    },
  )
}
