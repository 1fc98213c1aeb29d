// Bringing a file to the disk while the rest of it still comes: left to its end the disk rests first, and then all wait for it.
import type { FileHandle } from 'node:fs/promises'

const STEP_BYTES = 4 * 1024 * 1024
/** In the whole process: Node has four threads for files, and some of them must go on writing. */
const MOST_AT_ONCE = 2

let ahead = 0

export interface SteadySync {
  /** Tells of bytes that are on their way to the file; now and then those before them are synced. */
  came(bytes: number): void
  /** Syncs all that has been written. Throws what any sync of this file has thrown. */
  sync(): Promise<void>
}

export function createSteadySync(handle: FileHandle): SteadySync {
  // One after the other, and none after one that failed: the system tells a failure once, to whoever asks first, and
  // the next sync would succeed without the bytes that were lost.
  let last = Promise.resolve()
  let unsynced = 0
  let isAhead = false
  const sync = () => {
    unsynced = 0
    last = last.then(() => handle.datasync())
    return last
  }
  const syncAhead = async () => {
    ahead++
    isAhead = true
    await sync().catch(() => undefined) // whoever syncs at the end is told
    isAhead = false
    ahead--
  }
  return {
    came: bytes => {
      unsynced += bytes
      if (!isAhead && unsynced >= STEP_BYTES && ahead < MOST_AT_ONCE) syncAhead()
    },
    sync,
  }
}
