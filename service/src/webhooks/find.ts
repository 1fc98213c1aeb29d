// Finding endpoints and their deliveries; those of another workspace are refused as if they were missing.
import type { Actor } from '../ground/actor.ts'
import { notFound } from '../ground/errors.ts'
import type { Page, PageRequest } from '../ground/page.ts'
import type { WebhookPorts } from './ports.ts'
import type { Delivery, Webhook } from './webhook.ts'

type FindPorts = Pick<WebhookPorts, 'webhooks'>

export async function findWebhook({ webhooks }: FindPorts, actor: Actor, id: string): Promise<Webhook> {
  const webhook = await webhooks.find(id)
  if (webhook?.workspaceId !== actor.workspaceId) throw notFound('webhook')
  return webhook
}

export const listWebhooks = ({ webhooks }: FindPorts, actor: Actor): Promise<Webhook[]> =>
  webhooks.list(actor.workspaceId)

export async function listDeliveries(
  ports: FindPorts,
  actor: Actor,
  { webhookId, page }: { webhookId: string; page: PageRequest },
): Promise<Page<Delivery>> {
  const webhook = await findWebhook(ports, actor, webhookId)
  return ports.webhooks.deliveries(webhook.id, page)
}
