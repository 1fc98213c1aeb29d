// A progress bar for whoever watches: on a terminal's stderr, and nowhere else.
import type { Progress } from '../upkeep/ports.ts'

const WIDTH = 30
const EVERY_MS = 100

/** Runs `work` with a bar that is gone again when the work is over. */
export async function withProgress<T>(label: string, work: (onProgress: Progress) => Promise<T>): Promise<T> {
  const { stderr } = process
  if (!stderr.isTTY) return work(() => undefined)
  let shownAt = 0
  const show: Progress = (done, total) => {
    const now = performance.now()
    if (now - shownAt < EVERY_MS) return
    shownAt = now
    stderr.write(`\r${label} ${barOf(total === 0 ? 1 : done / total)}`)
  }
  try {
    return await work(show)
  } finally {
    stderr.write('\r\u001b[K')
  }
}

function barOf(share: number): string {
  const full = Math.round(share * WIDTH)
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${Math.floor(share * 100)} %`
}
