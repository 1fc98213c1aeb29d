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

/** Two halves of 16 MB: requests are as cheap with them as with the 128 that the engine would take in the end. */
const MOST_YOUNG_BYTES = 32 * 1024 * 1024
const LOOK_MS = 500

/** Ends the growth of the space for what is young. The flag that bounds it is read only before a program runs. */
export function boundYoungSpace(): void {
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find(space => space.space_name === 'new_space')
    if (young === undefined || young.space_size < MOST_YOUNG_BYTES) return
    setFlagsFromString('--semi-space-growth-factor=1')
    clearInterval(timer)
  }, LOOK_MS).unref()
}
