// What a receiver verifies: FLORA's signature over the time and the body.
import { createHash, createHmac } from 'node:crypto'
import type { LoggedEvent } from '../events/event.ts'
import type { Seal } from '../ground/seal.ts'
import type { Webhook } from './webhook.ts'

/** The version of what a delivery's body looks like. */
const API_VERSION = '2026-11-01'

/** The same for each try of one event at one endpoint. */
export const deliveryId = (webhookId: string, eventId: string): string =>
  `whd_${createHash('sha256').update(`${webhookId}.${eventId}`).digest('hex').slice(0, 24)}`

export const bodyOf = (id: string, event: LoggedEvent): string =>
  JSON.stringify({
    id,
    type: event.type,
    api_version: API_VERSION,
    created_at: event.at,
    data: {
      event_id: event.id,
      seq: event.seq,
      workspace_id: event.workspaceId,
      asset_id: event.assetId,
      attempt: event.attempt,
      actor_key_id: event.actorKeyId,
      ...event.data,
    },
  })

/** `t` is in Unix seconds; a second `v1` is by the secret that is being replaced. */
export function headersOf(
  seal: Seal,
  webhook: Webhook,
  { id, type, body, now }: { id: string; type: string; body: string; now: number },
): Record<string, string> {
  const t = Math.floor(now / 1000)
  const signatures = secretsOf(seal, webhook, now).map(
    secret => `v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`,
  )
  return {
    'content-type': 'application/json',
    'user-agent': 'herbarium',
    'flora-signature': [`t=${t}`, ...signatures].join(','),
    'flora-webhook-id': id,
    'flora-event': type,
  }
}

function secretsOf(seal: Seal, { id, secret, oldSecret }: Webhook, now: number): string[] {
  const sealed = oldSecret !== null && oldSecret.until > now ? [secret, oldSecret.secret] : [secret]
  return sealed.map(one => seal.open(one, id))
}
