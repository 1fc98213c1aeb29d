// Tells how much memory another process holds.
import { readFileSync } from 'node:fs'

/** Resident bytes of the process, or 0 where that cannot be known: it is gone, or the system has no /proc. */
export function residentBytes(pid: number | undefined): number {
  try {
    // Synchronous because /proc never waits for a disk, while the thread pool may.
    const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}
