// Waiting for SQLite's locks without holding up the process, as SQLite itself would.
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { isBusy, onEngine } from './trouble.ts'

const START_WAIT_MS = 30_000
const WRITE_WAIT_MS = 5_000
const TRY_EVERY_MS = 10

/**
 * Runs `act` once nobody else writes; throws `unavailable` when another keeps writing for too long. `act` runs without
 * a pause and is tried again as a whole, for nothing else on its connection may come between its begin and its end.
 */
export const whenFree = <T>(act: () => T): Promise<T> => waitFor(act, WRITE_WAIT_MS)

/**
 * Runs `act` while nobody else runs theirs on the same file, in this process or another; the lock ends with the
 * process. Throws `unavailable` when it is not to be had.
 */
export async function exclusively<T>(lockFile: string, act: () => Promise<T>): Promise<T> {
  const lock = onEngine(() => new DatabaseSync(lockFile, { timeout: 0 }))
  try {
    await waitFor(() => onEngine(() => lock.exec('begin exclusive')), START_WAIT_MS)
    return await act()
  } finally {
    lock.close()
  }
}

async function waitFor<T>(take: () => T, waitMs: number): Promise<T> {
  const deadline = performance.now() + waitMs
  for (;;) {
    try {
      return take()
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
    }
    await delay(TRY_EVERY_MS)
  }
}
