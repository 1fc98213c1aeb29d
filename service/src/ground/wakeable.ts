// Work that is done every now and then, and soon after somebody says that there is some.
import type { Clock } from './clock.ts'

export interface Wakeable {
  wake(): void
  /** Resolves once nothing is under way. */
  close(): Promise<void>
}

/** Acts at once, then whenever it is woken and at the latest after `everyMs`; a failure is told, and tried again then. */
export function openWakeable(
  clock: Clock,
  times: { everyMs: number; atMostEveryMs: number; onError: (error: unknown) => void },
  act: () => Promise<void>,
): Wakeable {
  const stop = new AbortController()
  let isWanted = false
  let sleep = new AbortController()
  const rest = async () => {
    if (isWanted) return clock.delay(times.atMostEveryMs, stop.signal)
    sleep = new AbortController()
    await clock.delay(times.everyMs, AbortSignal.any([sleep.signal, stop.signal]))
  }
  const run = async () => {
    while (!stop.signal.aborted) {
      isWanted = false
      await act().catch(error => {
        times.onError(error)
        return clock.delay(times.everyMs, stop.signal).catch(() => undefined)
      })
      await rest().catch(() => undefined)
    }
  }
  const running = run()
  return {
    wake: () => {
      if (isWanted) return
      isWanted = true
      sleep.abort()
    },
    close: () => {
      stop.abort()
      return running
    },
  }
}
