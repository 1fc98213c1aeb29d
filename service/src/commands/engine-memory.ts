// How much memory the engine lets pile up before it collects.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Bytes on their way are held by buffers that live for a moment, yet wait for the next collection of the young
 * space: a space that does not grow is collected often, and a large upload stays within its share of memory.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

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
