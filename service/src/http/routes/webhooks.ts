// Every operation on webhooks.
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { createWebhook } from './webhooks/create-webhook.ts'
import { deleteWebhook } from './webhooks/delete-webhook.ts'
import { enableWebhook } from './webhooks/enable-webhook.ts'
import { getWebhook } from './webhooks/get-webhook.ts'
import { listDeliveries } from './webhooks/list-deliveries.ts'
import { listWebhooks } from './webhooks/list-webhooks.ts'
import { redeliver } from './webhooks/redeliver.ts'
import { rotateWebhook } from './webhooks/rotate-webhook.ts'

export function webhooks(app: App, deps: Deps): void {
  createWebhook(app, deps)
  listWebhooks(app, deps)
  getWebhook(app, deps)
  deleteWebhook(app, deps)
  rotateWebhook(app, deps)
  enableWebhook(app, deps)
  listDeliveries(app, deps)
  redeliver(app, deps)
}
