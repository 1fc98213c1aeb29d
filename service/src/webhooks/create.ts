// Registering an endpoint.
import type { Actor } from '../ground/actor.ts'
import { invalidField, tooManyWebhooks } from '../ground/errors.ts'
import type { WebhookPorts } from './ports.ts'
import type { Webhook } from './webhook.ts'

const MAX_PER_WORKSPACE = 50

export interface Created {
  webhook: Webhook
  /** Told once. */
  secret: string
}

/** It is told of what happens from now on. Throws on a URL that the rules of URL fetches refuse. */
export async function createWebhook(
  ports: WebhookPorts,
  actor: Actor,
  { url, types }: { url: string; types: readonly string[] | null },
): Promise<Created> {
  const fault = await ports.sender.faultOf(url)
  if (fault !== undefined) throw invalidField('url', fault)
  if ((await ports.webhooks.list(actor.workspaceId)).length >= MAX_PER_WORKSPACE)
    throw tooManyWebhooks(MAX_PER_WORKSPACE)
  const id = ports.ids.id('whk')
  const secret = newSecret(ports)
  const webhook: Webhook = {
    id,
    workspaceId: actor.workspaceId,
    url,
    types,
    secret: ports.seal.close(secret, id),
    oldSecret: null,
    createdByKey: actor.keyId,
    createdAt: ports.clock.now(),
    sentSeq: (await ports.events.bounds(actor.workspaceId)).newest,
    nextAt: 0,
    tries: 0,
    failingSince: null,
    disabled: null,
  }
  await ports.webhooks.insert(webhook)
  return { webhook, secret }
}

export const newSecret = ({ ids }: Pick<WebhookPorts, 'ids'>): string => `whsec_${ids.secret()}`
