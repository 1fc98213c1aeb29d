// Tells how much memory another process holds, and watches that it is not too much.
import { readFileSync } from 'node:fs'

const CHECK_MS = 50

/** Calls `onOver` when the process holds more. Ending the watch answers what the process held at last. */
export function watchMemory(pid: number | undefined, maxBytes: number, onOver: () => void): () => number {
  let bytes = 0
  const watch = setInterval(() => {
    bytes = residentBytes(pid)
    if (bytes > maxBytes) onOver()
  }, CHECK_MS)
  return () => {
    clearInterval(watch)
    return bytes
  }
}

/** Resident bytes of the process, or 0 where that cannot be known: it is gone, or the system has no /proc. */
function residentBytes(pid: number | undefined): number {
  try {
    // Synchronous because /proc never waits for a disk, while the thread pool may.
    const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}
