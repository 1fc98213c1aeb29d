// A clock that a test can push forward.
import { type Clock, systemClock } from '../../src/ground/clock.ts'

export interface TestClock extends Clock {
  advance(ms: number): void
}

/** Runs like the system's clock, ahead of it by what it was advanced; delays are real. */
export function createTestClock(): TestClock {
  let aheadMs = 0
  return {
    now: () => systemClock.now() + aheadMs,
    delay: systemClock.delay,
    advance: ms => {
      aheadMs += ms
    },
  }
}
