// GET /events: the log of changes, by pages; a reader that has all of it may wait for more.
import { z } from 'zod'
import { readEvents } from '../../events/read.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { endOf, whenClosing } from '../ended.ts'
import { loggedEvent, position } from '../event-schemas.ts'
import { presentEvent } from '../present-event.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

const MAX_EVENTS = 1000
const limits = { error: `must be a whole number from 1 to ${MAX_EVENTS}` }

const schema = {
  tags: ['events'],
  summary: 'List events',
  description:
    'Every change of an asset, in the order of the log, each once. Read on with `after` set to `meta.next_after`; with `wait` the answer comes when there is something, or when so many seconds are over. Without `after` the log begins with the oldest event that is kept; a number before that one answers 410.',
  querystring: z.object({
    ...position,
    limit: z.coerce.number(limits).int(limits).min(1, limits).max(MAX_EVENTS, limits).default(100),
    wait: schemas.waitSeconds,
  }),
  response: {
    200: z.object({ events: z.array(loggedEvent), meta: z.object({ next_after: z.int() }) }),
    ...schemas.errors(400, 401, 403, 410),
  },
}

export function listEvents(app: App, deps: Deps): void {
  const closing = whenClosing(app)
  app.get('/events', { schema, config: needs('assets:read') }, async (request, reply) => {
    const { after, types, limit, wait } = request.query
    const page = await readEvents(deps, request.actor, {
      after,
      types,
      limit,
      waitMs: wait * 1000,
      signal: endOf(reply, closing),
    })
    return { events: page.events.map(presentEvent), meta: { next_after: page.upTo } }
  })
}
