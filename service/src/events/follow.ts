// Following a workspace's log as it grows.
import { watchGrowth } from '../ground/growth.ts'
import type { News } from '../ground/news.ts'
import type { EventRecords, LogPage } from './ports.ts'

const PAGE = 100

export interface Following {
  workspaceId: string
  /** The number after which to begin. */
  after: number
  types: readonly string[] | undefined
  /** An empty page says that nothing has happened for so long. */
  idleMs: number
  /** Ends it. */
  signal: AbortSignal
}

/**
 * Pages of events, then those that come. A page is read only once the one before has been taken, so a slow follower
 * holds no more than that.
 */
export async function* followEvents(
  { read, news }: { read: EventRecords['list']; news: News },
  { workspaceId, types, signal, ...from }: Following,
): AsyncGenerator<LogPage> {
  const growth = watchGrowth(news, workspaceId, signal)
  let after = from.after
  try {
    while (!signal.aborted) {
      const page = await read(workspaceId, { after, limit: PAGE, types })
      after = page.upTo
      if (page.events.length > 0) yield page
      if (page.events.length === PAGE || signal.aborted) continue
      if (!(await growth.next(from.idleMs))) yield { events: [], upTo: after }
    }
  } finally {
    growth.end()
  }
}
