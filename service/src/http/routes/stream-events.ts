// GET /events/stream: the log as it grows, as server-sent events.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { LoggedEvent } from '../../events/event.ts'
import { followEvents } from '../../events/follow.ts'
import type { LogPage } from '../../events/ports.ts'
import { startOf } from '../../events/read.ts'
import { createSharedReads } from '../../events/shared-reads.ts'
import { invalidField, tooManyStreams } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { endOf, whenClosing } from '../ended.ts'
import { position } from '../event-schemas.ts'
import { presentEvent } from '../present-event.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'

/** Proxies and clients take a connection that says nothing for dead. */
const HEARTBEAT_MS = 15_000
/** Who takes nothing for so long is gone, or had better begin again. */
const STUCK_MS = 60_000
const MAX_STREAMS = 10_000
const RETRY_MS = 2_000

const schema = {
  tags: ['events'],
  summary: 'Follow events',
  description:
    'Server-sent events: `id` is the number (`seq`), `event` the type, `data` the event as in `GET /events`. It begins after `Last-Event-ID`, or `after`; without either with what happens from now on. Before the first event, and in each pause, an `id` alone says how far the log has been read: reconnect with it and nothing is missed. A number that is not kept any more answers 410.',
  querystring: z.object(position),
  headers: z.object({ 'last-event-id': z.string().optional() }).loose(),
  response: {
    200: {
      description: 'Server-sent events',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...schemas.errors(400, 401, 403, 410),
  },
}

export function streamEvents(app: App, deps: Deps): void {
  const closing = whenClosing(app)
  const ports = { read: createSharedReads(deps.events, deps.news), news: deps.news }
  let streams = 0
  app.get(
    '/events/stream',
    { schema, config: { ...needs('assets:read'), isEndless: true } },
    async (request, reply) => {
      const { workspaceId } = request.actor
      const given = lastEventId(request.headers['last-event-id']) ?? request.query.after
      const after =
        given === undefined
          ? (await deps.events.bounds(workspaceId)).newest
          : await startOf(deps, workspaceId, given)
      if (streams >= MAX_STREAMS) throw tooManyStreams()
      const signal = endOf(reply, closing)
      streams += 1
      reply.raw.once('close', () => {
        streams -= 1
      })
      cutOffStuck(reply)
      const pages = followEvents(ports, {
        workspaceId,
        after,
        types: request.query.types,
        idleMs: HEARTBEAT_MS,
        signal,
      })
      return reply
        .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
        .type('text/event-stream; charset=utf-8')
        .send(Readable.from(said(pages, after), { highWaterMark: 1 }))
    },
  )
}

/** The WHATWG's header of a client that comes again. */
function lastEventId(header: string | undefined): number | undefined {
  if (header === undefined || header === '') return undefined
  if (/^\d{1,15}$/.test(header)) return Number(header)
  throw invalidField('last-event-id', 'must be the id of an event of this stream')
}

/** An id without an event is where the log has been read to: who is cut off goes on there. */
async function* said(pages: AsyncIterable<LogPage>, after: number): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\nid: ${after}\n\n`
  for await (const { events, upTo } of pages)
    yield events.length === 0 ? `: nothing new\nid: ${upTo}\n\n` : events.map(message).join('')
}

const message = (event: LoggedEvent): string =>
  `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(presentEvent(event))}\n\n`

function cutOffStuck({ raw }: FastifyReply): void {
  let stuckMs = 0
  const look = setInterval(() => {
    stuckMs = raw.writableNeedDrain ? stuckMs + HEARTBEAT_MS : 0
    if (stuckMs >= STUCK_MS) raw.destroy()
  }, HEARTBEAT_MS).unref()
  raw.once('close', () => clearInterval(look))
}
