// Pictures of deleted assets, looked for again and again: each node has pictures of its own.
import { type TidyPorts, tidyPictures } from '../assets/derivatives/tidy.ts'
import type { Clock } from '../ground/clock.ts'
import { every } from '../ground/every.ts'

/** Tidies every `intervalMs` until closed; what fails is reported and tried again. */
export function openTidying(
  ports: TidyPorts & { clock: Clock },
  options: { intervalMs: number; onError: (error: unknown) => void },
): { close(): Promise<void> } {
  const stop = new AbortController()
  const running = every(ports.clock, { ms: options.intervalMs, until: stop.signal }, () =>
    tidyPictures(ports).catch(options.onError),
  )
  return {
    close: () => {
      stop.abort()
      return running
    },
  }
}
