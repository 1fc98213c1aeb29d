// One endpoint's deliveries: its events in their order, each until it is taken or given up.
import type { LoggedEvent } from '../events/event.ts'
import type { Hold, WebhookPorts } from './ports.ts'
import { send } from './send.ts'
import { deliveryId } from './sign.ts'
import { tried, type Webhook } from './webhook.ts'

const PAGE = 100
/** After so many it is the others' turn. */
const MOST_IN_A_ROW = 500
/** A try takes 15 seconds at most; what a process that died had in hand is free again soon. */
export const HOLD_MS = 20_000

/** Goes on while there are events and each is taken; the hold is renewed with every one. Then lets go. */
export async function deliverTo(
  ports: WebhookPorts,
  { owner, webhook: held }: { owner: string; webhook: Webhook },
  signal: AbortSignal,
): Promise<void> {
  let webhook: Webhook | undefined = held
  const hold = (): Hold => ({ owner, until: ports.clock.now() + HOLD_MS })
  for (let told = 0; webhook !== undefined && told < MOST_IN_A_ROW && !signal.aborted; ) {
    const { workspaceId, sentSeq, types } = webhook
    const page = await ports.events.list(workspaceId, {
      after: await startOf(ports, webhook),
      limit: PAGE,
      types: types ?? undefined,
    })
    if (page.events.length === 0) {
      if (page.upTo > sentSeq) await ports.webhooks.save(hold(), { ...webhook, sentSeq: page.upTo })
      break
    }
    for (const event of page.events) {
      webhook = await deliverOne(ports, { webhook, event, hold: hold(), signal })
      told += 1
      if (webhook === undefined) break
    }
  }
  await ports.webhooks.release(hold(), held.id)
}

/** An endpoint that was away for longer than events are kept goes on with the oldest there is. */
async function startOf({ events }: WebhookPorts, { workspaceId, sentSeq }: Webhook): Promise<number> {
  const { oldest } = await events.bounds(workspaceId)
  return Math.max(sentSeq, oldest - 1)
}

/** The endpoint as it is then; undefined where it has to wait, is disabled, or is held by another. */
async function deliverOne(
  ports: WebhookPorts,
  { webhook, event, hold, signal }: { webhook: Webhook; event: LoggedEvent; hold: Hold; signal: AbortSignal },
): Promise<Webhook | undefined> {
  const id = deliveryId(webhook.id, event.id)
  const before = webhook.tries > 0 ? await ports.webhooks.findDelivery(id) : undefined
  const outcome = await send(ports, webhook, event, signal)
  if (signal.aborted && outcome.status === null) return undefined // whoever stopped it, it was not the endpoint
  const after = tried(
    webhook,
    { webhookId: webhook.id, eventId: event.id, seq: event.seq, type: event.type, ...before, id },
    { outcome, now: ports.clock.now(), chance: chanceOf(ports) },
  )
  const saved = await ports.webhooks.save(hold, after.webhook, after.delivery)
  return saved === 'saved' && after.webhook.sentSeq === event.seq ? after.webhook : undefined
}

const chanceOf = ({ ids }: WebhookPorts): number =>
  Buffer.from(ids.token(), 'base64url').readUInt32BE() / 0xffff_ffff
