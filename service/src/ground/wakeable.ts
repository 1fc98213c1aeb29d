// Work that is done every now and then, and soon after somebody says that there is some.
import type { Clock } from './clock.ts'

export interface Wakeable {
  wake(): void
  /** Resolves once nothing is under way. */
  close(): Promise<void>
}

/** Without a reason of its own each abort would make an error, stack and all. */
const WOKEN = new Error('woken')

/** Acts at once, then whenever it is woken and at the latest after `everyMs`; a failure is told, and tried again then. */
export function openWakeable(
  clock: Clock,
  times: { everyMs: number; atMostEveryMs: number; onError: (error: unknown) => void },
  act: () => Promise<void>,
): Wakeable {
  let isStopped = false
  let isWanted = false
  /** One for each pause: a signal that all of them shared would keep something of each. */
  let pause = new AbortController()
  const rest = (ms: number) => {
    pause = new AbortController()
    return isStopped ? undefined : clock.delay(ms, pause.signal).catch(() => undefined)
  }
  const run = async () => {
    while (!isStopped) {
      isWanted = false
      const hasFailed = await act().then(
        () => false,
        error => {
          times.onError(error)
          return true
        },
      )
      await rest(isWanted && !hasFailed ? times.atMostEveryMs : times.everyMs)
    }
  }
  const running = run()
  return {
    wake: () => {
      if (isWanted) return
      isWanted = true
      pause.abort(WOKEN)
    },
    close: () => {
      isStopped = true
      pause.abort(WOKEN)
      return running
    },
  }
}
