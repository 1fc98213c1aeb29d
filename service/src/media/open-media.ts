// What bytes are: the type from their opening here, everything else from a look in a process of its own.
import path from 'node:path'
import type { MediaFacts } from '../assets/media-facts.ts'
import type { Media } from '../assets/ports.ts'
import { unavailable } from '../ground/errors.ts'
import type { Load } from '../ground/turns.ts'
import { FaultyFile, factsOfFaulty, unreadable } from './faulty-file.ts'
import { glance } from './glance.ts'
import type { Outcome } from './pool/pool-process.ts'
import { openProcessPool, type PoolOptions } from './pool/process-pool.ts'
import type { ProbeTask } from './probe/task.ts'
import { sniff } from './sniff.ts'
import { canStrip, strippedBytes } from './strip/strip.ts'

const MB = 1024 * 1024

const defaults: PoolOptions = {
  processes: 2,
  timeoutMs: 20_000,
  maxMemoryBytes: 1536 * MB,
  filesPerProcess: 5_000,
  idleMs: 60_000,
  // From source in a clone, from compiled JavaScript in a published package.
  entry: new URL(`./probe/main${path.extname(import.meta.url)}`, import.meta.url),
}

export interface OpenMedia extends Media {
  /** Of the processes that look into files. */
  load(): Load
  close(): Promise<void>
}

/** No process is started before the first look; `close` ends all of them. */
export function openMedia(options: Partial<PoolOptions> = {}): OpenMedia {
  const settings = { ...defaults, ...options }
  const pool = openProcessPool<ProbeTask, MediaFacts>(settings)
  return {
    sniff,
    glance,
    inspect: async (type, file, { maxPixels }) => {
      const outcome = await pool.ask({ type, path: path.resolve(file), maxPixels }).catch(error => {
        throw unavailable(error)
      })
      return factsOf(outcome, settings)
    },
    canStrip,
    strippedBytes,
    load: pool.load,
    close: () => pool.close(),
  }
}

function factsOf(outcome: Outcome<MediaFacts>, { timeoutMs, maxMemoryBytes }: PoolOptions): MediaFacts {
  switch (outcome.kind) {
    case 'answer':
      return outcome.answer
    case 'problem':
      throw unavailable(new Error(outcome.message))
    case 'died':
      return factsOfFaulty(unreadable('made its reader fail'))
    case 'too_slow':
      return factsOfFaulty(
        new FaultyFile(
          'too_slow',
          `The file could not be read within ${timeoutMs / 1000} seconds: upload a smaller or simpler one.`,
        ),
      )
    case 'too_much_memory':
      return factsOfFaulty(
        new FaultyFile(
          'too_large',
          `The file could not be read within ${Math.round(maxMemoryBytes / MB)} MB of memory: upload a smaller or simpler one.`,
        ),
      )
  }
}
