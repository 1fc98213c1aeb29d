// One try to tell an endpoint of one event.
import type { LoggedEvent } from '../events/event.ts'
import { FetchFailure } from '../ground/fetch-failure.ts'
import type { WebhookPorts } from './ports.ts'
import { bodyOf, deliveryId, headersOf } from './sign.ts'
import type { Outcome, Webhook } from './webhook.ts'

/** Never throws: that a stranger cannot be reached is an outcome. */
export async function send(
  { sender, seal, clock }: Pick<WebhookPorts, 'sender' | 'seal' | 'clock'>,
  webhook: Webhook,
  event: LoggedEvent,
  signal?: AbortSignal,
): Promise<Outcome> {
  const id = deliveryId(webhook.id, event.id)
  const body = bodyOf(id, event)
  try {
    const headers = headersOf(seal, webhook, { id, type: event.type, body, now: clock.now() })
    const status = await sender.post(webhook.url, { headers, body, ...(signal && { signal }) })
    return { status, error: status >= 200 && status < 300 ? null : `It answered ${status}.` }
  } catch (error) {
    return { status: null, error: error instanceof FetchFailure ? error.message : OUR_FAULT }
  }
}

const OUR_FAULT =
  'The delivery could not be signed: was SECRET_KEY changed? Rotate the secret of this webhook.'
