// Telling an endpoint once more of an event, now, whatever became of it before.
import type { Actor } from '../ground/actor.ts'
import { goneEvents, notFound } from '../ground/errors.ts'
import { findWebhook } from './find.ts'
import type { WebhookPorts } from './ports.ts'
import { send } from './send.ts'
import type { Delivery } from './webhook.ts'

/** Tries once and answers what came of it; the order of the others is as it was. Throws `gone` for a forgotten event. */
export async function redeliver(
  ports: WebhookPorts,
  actor: Actor,
  { webhookId, deliveryId }: { webhookId: string; deliveryId: string },
): Promise<Delivery> {
  const webhook = await findWebhook(ports, actor, webhookId)
  const delivery = await ports.webhooks.findDelivery(deliveryId)
  if (delivery?.webhookId !== webhook.id) throw notFound('delivery')
  const { events } = await ports.events.list(webhook.workspaceId, { after: delivery.seq - 1, limit: 1 })
  const [event] = events
  if (event?.id !== delivery.eventId)
    throw goneEvents((await ports.events.bounds(webhook.workspaceId)).oldest)
  const outcome = await send(ports, webhook, event)
  const now = ports.clock.now()
  const isTaken = outcome.error === null
  const after: Delivery = {
    ...delivery,
    ...outcome,
    tries: delivery.tries + 1,
    lastAt: now,
    state: isTaken ? 'delivered' : delivery.state,
    nextAt: isTaken ? null : delivery.nextAt,
  }
  await ports.webhooks.saveDelivery(after)
  return after
}
