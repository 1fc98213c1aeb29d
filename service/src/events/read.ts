// Reading a workspace's log by pages, waiting for more where there is none yet.
import type { Actor } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import { goneEvents, invalidField } from '../ground/errors.ts'
import { watchGrowth } from '../ground/growth.ts'
import type { News } from '../ground/news.ts'
import type { EventRecords, LogPage } from './ports.ts'

export interface ReadPorts {
  events: EventRecords
  news: News
  clock: Clock
}

export interface LogRequest {
  /** The number after which to begin; undefined begins with the oldest that is kept. */
  after: number | undefined
  limit: number
  types: readonly string[] | undefined
  /** How long to wait where there is nothing; zero answers at once. */
  waitMs: number
  /** Ends the wait. */
  signal: AbortSignal
}

/** A log that grew unheard, because the way the news come was cut, is looked at again after so long. */
const LOOK_AGAIN_MS = 10_000

/** Throws `gone` for a place in the log that is not kept any more. */
export async function readEvents(ports: ReadPorts, actor: Actor, request: LogRequest): Promise<LogPage> {
  const { limit, types } = request
  const { workspaceId } = actor
  let after = await startOf(ports, workspaceId, request.after)
  const deadline = ports.clock.now() + request.waitMs
  const growth = watchGrowth(ports.news, workspaceId, request.signal)
  try {
    for (;;) {
      const page = await ports.events.list(workspaceId, { after, limit, types })
      const leftMs = deadline - ports.clock.now()
      if (page.events.length > 0 || leftMs <= 0 || request.signal.aborted) return page
      after = page.upTo
      await growth.next(Math.min(leftMs, LOOK_AGAIN_MS))
    }
  } finally {
    growth.end()
  }
}

/** The number that a reader begins after. */
export async function startOf(
  { events }: Pick<ReadPorts, 'events'>,
  workspaceId: string,
  after: number | undefined,
): Promise<number> {
  const { oldest, newest } = await events.bounds(workspaceId)
  if (after === undefined) return Math.max(0, oldest - 1)
  if (after < oldest - 1) throw goneEvents(oldest)
  if (after > newest) throw invalidField('after', `is beyond the last event, which has the number ${newest}`)
  return after
}
