// One lock of the file for all reads of a turn of the event loop.
import type { DatabaseSync } from 'node:sqlite'

export interface TurnLock {
  /** Makes sure that what is read next, and until the turn is over, is read under one lock. */
  hold(): void
  /** To be called before anything else is done with the connection. */
  letGo(): void
}

/**
 * SQLite takes and gives back a lock for each statement, which costs as much as reading a row. So the first read of a
 * turn begins a transaction, and the turn's end ends it: whoever asks in between sees the rows as they were a moment ago,
 * when their request was on its way.
 */
export function createTurnLock(database: DatabaseSync): TurnLock {
  const begin = database.prepare('begin')
  const end = database.prepare('rollback') // nothing was written
  let isHeld = false
  const letGo = () => {
    if (!isHeld) return
    isHeld = false
    if (database.isOpen && database.isTransaction) end.run()
  }
  return {
    hold: () => {
      if (isHeld || database.isTransaction) return
      begin.run()
      isHeld = true
      setImmediate(letGo)
    },
    letGo,
  }
}
