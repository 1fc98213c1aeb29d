// Waiting for work, but not for long: the work goes on when the wait is over.
import type { Clock } from './clock.ts'

/** Without a reason of its own each abort would make an error, stack and all. */
const ANSWERED = new Error('the work was done before the wait was over')

/** The work's result, or `meanwhile` once `ms` have passed; a failure after the wait is for others to meet. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>, meanwhile: T): Promise<T> {
  const answered = new AbortController()
  const waited = clock.delay(ms, answered.signal).then(
    () => meanwhile,
    () => meanwhile,
  )
  work.catch(() => undefined)
  try {
    return await Promise.race([work, waited])
  } finally {
    answered.abort(ANSWERED)
  }
}
