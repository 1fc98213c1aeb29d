// The log is kept for so many days.
import type { Clock } from '../ground/clock.ts'
import type { EventRecords } from './ports.ts'

export interface ForgetEventsPorts {
  events: EventRecords
  clock: Clock
  /** How long events are kept, in milliseconds. */
  eventsTtlMs: number
}

const BATCH = 1000

/** Removes what is older; answers how many. */
export async function forgetEvents({ events, clock, eventsTtlMs }: ForgetEventsPorts): Promise<number> {
  const before = clock.now() - eventsTtlMs
  for (let forgotten = 0; ; ) {
    const removed = await events.forget(before, BATCH)
    forgotten += removed
    if (removed < BATCH) return forgotten
  }
}
