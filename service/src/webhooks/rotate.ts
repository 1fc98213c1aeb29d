// A new secret for an endpoint; the old one signs beside it for a while, so that no delivery fails meanwhile.
import type { Actor } from '../ground/actor.ts'
import { type Created, newSecret } from './create.ts'
import { findWebhook } from './find.ts'
import type { WebhookPorts } from './ports.ts'

export async function rotateSecret(
  ports: WebhookPorts,
  actor: Actor,
  { id, overlapMs }: { id: string; overlapMs: number },
): Promise<Created> {
  const before = await findWebhook(ports, actor, id)
  const secret = newSecret(ports)
  const webhook = {
    ...before,
    secret: ports.seal.close(secret, id),
    oldSecret: overlapMs === 0 ? null : { secret: before.secret, until: ports.clock.now() + overlapMs },
  }
  await ports.webhooks.change(webhook)
  return { webhook, secret }
}
