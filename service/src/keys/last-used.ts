// When keys were used last: remembered as requests come, written now and then for all of them at once.
import type { Clock } from '../ground/clock.ts'
import type { KeyRecords } from './ports.ts'

export interface LastUsed {
  /** The key was used just now. Takes no time. */
  note(keyId: string): void
  /** Writes what was noted since the last time. What could not be written is kept for the next. */
  flush(): Promise<void>
}

export function createLastUsed({
  keys,
  clock,
}: {
  keys: Pick<KeyRecords, 'markUsed'>
  clock: Clock
}): LastUsed {
  let noted = new Map<string, number>()
  return {
    note: keyId => {
      noted.set(keyId, clock.now())
    },
    flush: async () => {
      if (noted.size === 0) return
      const uses = noted
      noted = new Map()
      await keys.markUsed(uses).catch(error => {
        noted = new Map([...uses, ...noted]) // what came meanwhile is newer
        throw error
      })
    },
  }
}
