// How far a piece of work is, on stderr: a bar on a terminal, elsewhere a few lines for who asks for them.
import type { Progress } from '../upkeep/ports.ts'

const WIDTH = 30
const EVERY_MS = 100
/** A line for each so much of the whole. */
const STEP = 0.1

/**
 * Runs `work` with a bar that is gone again when the work is over. Without a terminal nothing is shown, or, `inLines`, a
 * line at each tenth.
 */
export async function withProgress<T>(
  label: string,
  work: (onProgress: Progress) => Promise<T>,
  { inLines } = { inLines: false },
): Promise<T> {
  const { stderr } = process
  if (!stderr.isTTY) return work(inLines ? tenths(label) : () => undefined)
  let shownAt = 0
  const show: Progress = (done, total) => {
    const now = performance.now()
    if (now - shownAt < EVERY_MS) return
    shownAt = now
    stderr.write(`\r${label} ${barOf(shareOf(done, total))}`)
  }
  try {
    return await work(show)
  } finally {
    stderr.write('\r\u001b[K')
  }
}

function tenths(label: string): Progress {
  let next = STEP
  return (done, total) => {
    const share = shareOf(done, total)
    if (share < next) return
    next = (Math.floor(share / STEP) + 1) * STEP
    process.stderr.write(`${label}: ${percentOf(share)} %\n`)
  }
}

export const shareOf = (done: number, total: number): number => (total === 0 ? 1 : done / total)

const percentOf = (share: number): number => Math.floor(share * 100)

export function barOf(share: number): string {
  const full = Math.round(share * WIDTH)
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${percentOf(share)} %`
}
