// Webhooks as programs outside see them: never with a secret, but when it is made.
import type { z } from 'zod'
import type { Created } from '../webhooks/create.ts'
import type { Delivery, Webhook } from '../webhooks/webhook.ts'
import type * as schemas from './webhook-schemas.ts'

export const presentWebhook = (webhook: Webhook): z.output<typeof schemas.webhook> => ({
  webhook_id: webhook.id,
  workspace_id: webhook.workspaceId,
  url: webhook.url,
  types: webhook.types === null ? null : [...webhook.types],
  status: statusOf(webhook),
  disabled_reason: webhook.disabled?.reason ?? null,
  told_up_to: webhook.sentSeq,
  created_at: webhook.createdAt,
})

function statusOf({ disabled, failingSince }: Webhook) {
  if (disabled !== null) return 'disabled' as const
  return failingSince === null ? ('enabled' as const) : ('failing' as const)
}

export const presentWithSecret = ({ webhook, secret }: Created): z.output<typeof schemas.withSecret> => ({
  ...presentWebhook(webhook),
  secret,
})

export const presentDelivery = (delivery: Delivery): z.output<typeof schemas.delivery> => ({
  delivery_id: delivery.id,
  webhook_id: delivery.webhookId,
  event_id: delivery.eventId,
  seq: delivery.seq,
  type: delivery.type,
  state: delivery.state,
  tries: delivery.tries,
  first_at: delivery.firstAt,
  last_at: delivery.lastAt,
  next_at: delivery.nextAt,
  status: delivery.status,
  error: delivery.error,
})
