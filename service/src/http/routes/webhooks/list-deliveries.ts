// GET /webhooks/{webhook_id}/deliveries: what became of each event, newest first.
import { z } from 'zod'
import { listDeliveries as list } from '../../../webhooks/find.ts'
import type { App } from '../../app.ts'
import { cursorFor, readCursor } from '../../cursors.ts'
import type { Deps } from '../../deps.ts'
import { presentDelivery } from '../../present-webhook.ts'
import * as schemas from '../../schemas.ts'
import { needs } from '../../scopes.ts'
import { delivery, webhookId } from '../../webhook-schemas.ts'

const schema = {
  tags: ['webhooks'],
  summary: "List a webhook's deliveries",
  params: z.object({ webhook_id: webhookId }),
  querystring: schemas.pageQuery,
  response: {
    200: z.object({ deliveries: z.array(delivery), meta: schemas.meta }),
    ...schemas.errors(400, 401, 403, 404),
  },
}

export function listDeliveries(app: App, deps: Deps): void {
  app.get('/webhooks/:webhook_id/deliveries', { schema, config: needs('assets:read') }, async request => {
    const { webhook_id: webhookId } = request.params
    const { limit, cursor } = request.query
    const listing = { route: 'deliveries', webhookId }
    const after = await readCursor(deps.signing.cursors, listing, cursor)
    const page = await list(deps, request.actor, { webhookId, page: { limit, after } })
    return {
      deliveries: page.items.map(presentDelivery),
      meta: { next_cursor: cursorFor(deps.signing.cursors, listing, page) },
    }
  })
}
