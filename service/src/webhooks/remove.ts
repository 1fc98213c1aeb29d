// Taking an endpoint away, with all that was told of its deliveries.
import type { Actor } from '../ground/actor.ts'
import { findWebhook } from './find.ts'
import type { WebhookPorts } from './ports.ts'

/** A delivery that is on its way arrives, and no other begins. */
export async function removeWebhook(
  ports: Pick<WebhookPorts, 'webhooks'>,
  actor: Actor,
  id: string,
): Promise<void> {
  const webhook = await findWebhook(ports, actor, id)
  await ports.webhooks.remove(webhook.id)
}
