// One read of the log for all who follow it from the same place.
import type { News } from '../ground/news.ts'
import type { EventRecords, LogPage } from './ports.ts'

const MOST_KEPT = 200

/**
 * What is read stays good until the next news, which always come after what they tell of can be read. So a thousand
 * streams of one workspace cost a read for each thing that happens, not a thousand.
 */
export function createSharedReads(events: Pick<EventRecords, 'list'>, news: News): EventRecords['list'] {
  const pages = new Map<string, Promise<LogPage>>()
  news.onAny(() => pages.clear())
  return (workspaceId, page) => {
    const place = `${workspaceId} ${page.after} ${page.limit} ${page.types ?? ''}`
    const kept = pages.get(place)
    if (kept !== undefined) return kept
    const reading = events.list(workspaceId, page)
    if (pages.size >= MOST_KEPT) pages.clear()
    pages.set(place, reading)
    reading.catch(() => pages.delete(place))
    return reading
  }
}
