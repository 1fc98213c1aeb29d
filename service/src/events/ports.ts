// What the event log needs of its rows.
import type { Grown } from '../ground/news.ts'
import type { LoggedEvent } from './event.ts'

export interface LogPage {
  /** Ascending by seq, without a gap but for types that were not asked for. */
  events: LoggedEvent[]
  /** All that was asked for up to here is among them; the next page begins after it. */
  upTo: number
}

export interface EventRecords {
  /** Events with a number after `after`, at most `limit`. */
  list(
    workspaceId: string,
    page: { after: number; limit: number; types?: readonly string[] | undefined },
  ): Promise<LogPage>
  /** The numbers at both ends of what is kept; zeros where nothing ever happened. */
  bounds(workspaceId: string): Promise<{ oldest: number; newest: number }>
  /**
   * Numbers what was committed without a number; absent where whoever writes an event numbers it. Events of one asset are
   * numbered in the order of its changes.
   */
  number?(): Promise<Grown>
  /** Removes up to `limit` that happened before a time, but never the last of a workspace: its number is where the log goes on. */
  forget(before: number, limit: number): Promise<number>
  /** Calls back when a log may have grown, by this process or another; what it answers ends that. */
  watch(onGrown: (grown: Grown) => void): () => void
}
