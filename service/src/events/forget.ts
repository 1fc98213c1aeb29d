// The log is kept for so many days.
import type { Clock } from '../ground/clock.ts'
import { forgetAll } from '../ground/forget-all.ts'
import type { EventRecords } from './ports.ts'

export interface ForgetEventsPorts {
  events: EventRecords
  clock: Clock
  /** How long events are kept, in milliseconds. */
  eventsTtlMs: number
}

/** Removes what is older; answers how many. */
export function forgetEvents({ events, clock, eventsTtlMs }: ForgetEventsPorts): Promise<number> {
  const before = clock.now() - eventsTtlMs
  return forgetAll(limit => events.forget(before, limit))
}
