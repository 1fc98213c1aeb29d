// What is done again and again, until it is told to stop.
import type { Clock } from './clock.ts'

/** Acts for the first time after `ms`; resolves once the signal has aborted and nothing is under way. */
export async function every(
  clock: Clock,
  { ms, until }: { ms: number; until: AbortSignal },
  act: () => Promise<unknown>,
): Promise<void> {
  while (!until.aborted) {
    await clock.delay(ms, until).catch(() => undefined)
    if (!until.aborted) await act()
  }
}
