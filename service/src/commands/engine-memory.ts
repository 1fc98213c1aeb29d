// Memory that the engine would keep for longer than anyone needs it.
import { setFlagsFromString } from 'node:v8'
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
