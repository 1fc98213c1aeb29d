// Numbers committed events soon after their commit, where the database's writers do not do so themselves.
import type { Clock } from '../ground/clock.ts'
import type { News } from '../ground/news.ts'
import type { EventRecords } from './ports.ts'

/** Another node's events, should it have died before it numbered them, wait for so long. */
const LOOK_EVERY_MS = 1_000

export interface Sequencer {
  /** Resolves once nothing is under way. */
  close(): Promise<void>
}

/** Passes on what grows to `news`, and numbers what was written; what fails is reported and done again. */
export function openSequencer(
  { events, news, clock }: { events: EventRecords; news: News; clock: Clock },
  { onError }: { onError: (error: unknown) => void },
): Sequencer {
  const stop = new AbortController()
  let isWanted = true
  let wake: () => void = () => undefined
  const off = events.watch(grown => {
    news.tell(grown)
    isWanted = true
    wake()
  })
  const pause = () => {
    const early = new AbortController()
    wake = () => early.abort()
    if (isWanted) return
    return clock.delay(LOOK_EVERY_MS, AbortSignal.any([early.signal, stop.signal])).catch(() => undefined)
  }
  const run = async () => {
    while (!stop.signal.aborted) {
      isWanted = false
      await events.number().then(
        grown => news.tell(grown),
        async error => {
          onError(error)
          await clock.delay(LOOK_EVERY_MS, stop.signal).catch(() => undefined)
        },
      )
      await pause()
    }
  }
  const running = run()
  return {
    close: () => {
      off()
      stop.abort()
      return running
    },
  }
}
