// Passes on what grows, and numbers committed events soon after their commit where whoever writes them does not.
import type { Clock } from '../ground/clock.ts'
import type { News } from '../ground/news.ts'
import { openWakeable } from '../ground/wakeable.ts'
import type { EventRecords } from './ports.ts'

/** Another node's events, should it have died before it numbered them, wait for so long. */
const LOOK_EVERY_MS = 1_000

export interface Sequencer {
  /** Resolves once nothing is under way. */
  close(): Promise<void>
}

/** What fails is reported and done again. */
export function openSequencer(
  { events, news, clock }: { events: EventRecords; news: News; clock: Clock },
  { onError }: { onError: (error: unknown) => void },
): Sequencer {
  const { number } = events
  const numbering =
    number &&
    openWakeable(clock, { everyMs: LOOK_EVERY_MS, atMostEveryMs: 0, onError }, async () =>
      news.tell(await number()),
    )
  const off = events.watch(grown => {
    news.tell(grown)
    numbering?.wake()
  })
  return {
    close: async () => {
      off()
      await numbering?.close()
    },
  }
}
