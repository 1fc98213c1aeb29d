// Trying an endpoint again that was disabled; it is told of everything since that is still kept.
import type { Actor } from '../ground/actor.ts'
import { findWebhook } from './find.ts'
import type { WebhookPorts } from './ports.ts'
import { enabled, type Webhook } from './webhook.ts'

export async function enableWebhook(
  ports: Pick<WebhookPorts, 'webhooks'>,
  actor: Actor,
  id: string,
): Promise<Webhook> {
  const webhook = enabled(await findWebhook(ports, actor, id))
  await ports.webhooks.change(webhook)
  return webhook
}
