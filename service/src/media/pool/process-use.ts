// Tells what another process takes, in memory and in processor time, and watches that it is not too much.
import { readFileSync } from 'node:fs'

const CHECK_MS = 50
/** How Linux counts processor time for programs to read, on every architecture that Node runs on. */
const MS_PER_TICK = 10

/** Calls `onMemory` when the process holds more than `maxBytes`. Ending the watch answers what it held at last. */
export function watchMemory(pid: number | undefined, maxBytes: number, onMemory: () => void): () => number {
  let bytes = 0
  const watch = setInterval(() => {
    bytes = residentBytes(pid)
    if (bytes > maxBytes) onMemory()
  }, CHECK_MS)
  return () => {
    clearInterval(watch)
    return bytes
  }
}

/**
 * Calls `onOver` when the process has worked for longer than `ms`, or has taken `patience` times as long by the clock: a
 * busy machine is no fault of what the process works on. Where only the clock can be asked it has `ms` by that.
 */
export function watchTime(
  pid: number | undefined,
  { ms, patience }: { ms: number; patience: number },
  onOver: () => void,
): () => void {
  const clock = setTimeout(onOver, process.platform === 'linux' ? ms * patience : ms)
  let before: number | undefined // known from the first look, since most work is over before it
  const watch = setInterval(() => {
    const now = workedMs(pid)
    before ??= now
    if (before !== undefined && now !== undefined && now - before > ms) onOver()
  }, CHECK_MS)
  return () => {
    clearTimeout(clock)
    clearInterval(watch)
  }
}

/** Resident bytes of the process, or 0 where that cannot be known: it is gone, or the system has no /proc. */
function residentBytes(pid: number | undefined): number {
  const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(read(pid, 'status') ?? '')?.[1]
  return Number(kilobytes ?? 0) * 1024
}

/** Processor time of the process, its own and the system's for it; undefined where that cannot be known. */
function workedMs(pid: number | undefined): number | undefined {
  const stat = read(pid, 'stat')
  // The name of the program, in brackets, may have anything in it.
  const [user, system] =
    stat
      ?.slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13) ?? []
  return user === undefined || system === undefined
    ? undefined
    : (Number(user) + Number(system)) * MS_PER_TICK
}

/** Synchronous because /proc never waits for a disk, while the thread pool may. */
function read(pid: number | undefined, file: 'status' | 'stat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return undefined
  }
}
