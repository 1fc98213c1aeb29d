// Memory that the engine would keep for longer than anyone needs it.
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** A start leaves as much garbage as what it keeps, and nothing collects it while nobody comes. */
const COLLECT_AFTER_MS = 500

/** Gives back what the start has used and nobody needs any more. */
export function collectAfterStart(): void {
  setTimeout(() => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') // given to contexts that are made after the flag
    collect({ type: 'major', flavor: 'last-resort' })
  }, COLLECT_AFTER_MS).unref()
}

/** One of two halves: requests are as cheap with them as with the 64 MB that the engine would take in the end. */
const YOUNG_HALF_BYTES = 16 * 1024 * 1024
const LOOK_MS = 250

/**
 * Lets the space for what is young grow to its size in one step, and no further. Left alone the engine stays for
 * thousands of requests at two halves of 1 MB, which are full after ten. It still makes the space small once little
 * comes, and has one half of it then. Its own bounds are read only before a program runs.
 */
export function steerYoungSpace(): void {
  setInterval(() => {
    const factor = Math.floor(YOUNG_HALF_BYTES / youngHalfBytes())
    setFlagsFromString(`--semi-space-growth-factor=${Math.max(1, factor)}`)
  }, LOOK_MS).unref()
}

function youngHalfBytes(): number {
  const young = getHeapSpaceStatistics().find(space => space.space_name === 'new_space')
  return young === undefined ? YOUNG_HALF_BYTES : young.space_used_size + young.space_available_size
}
