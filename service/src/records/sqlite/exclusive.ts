// One process at a time, by a lock that a dead process cannot keep.
import { DatabaseSync } from 'node:sqlite'

const WAIT_MS = 30_000

/** Runs `act` while no other process runs its own on the same file; SQLite's file lock ends with the process. */
export async function exclusively<T>(lockFile: string, act: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(lockFile, { timeout: WAIT_MS })
  try {
    lock.exec('begin exclusive')
    return await act()
  } finally {
    lock.close()
  }
}
