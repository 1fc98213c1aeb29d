// The event log on SQLite: whoever writes an event numbers it, for there is one writer at a time.
import { sql } from 'kysely'
import type { Grown } from '../../ground/news.ts'
import type { EventKeeping, EventLog } from '../event-records.ts'
import type { Engine } from './engine.ts'

/** What another process has written is seen after so long. */
const LOOK_EVERY_MS = 500

export function createEventLog(engine: Engine): EventLog & EventKeeping & { close(): void } {
  const watching = new Set<(grown: Grown) => void>()
  const tell = (grown: Grown) => {
    for (const onGrown of watching) onGrown(grown)
  }
  const others = watchOthers(engine, () => tell('all'))
  return {
    nextSeq: workspaceId =>
      sql<number>`(select coalesce(max(seq), 0) + 1 from events where workspace_id = ${workspaceId} and seq is not null)`,
    written: tell,
    watch: onGrown => {
      if (watching.add(onGrown).size === 1) others.start()
      return () => {
        watching.delete(onGrown)
        if (watching.size === 0) others.stop()
      }
    },
    close: others.stop,
  }
}

/** SQLite counts the commits of other connections. */
function watchOthers(engine: Engine, onWritten: () => void) {
  let timer: NodeJS.Timeout | undefined
  let seen: number | undefined
  const versionNow = () => {
    const [row] = engine.read('pragma data_version', []) as { data_version: number }[] // its one row
    return row?.data_version
  }
  const look = () => {
    try {
      const version = versionNow()
      if (seen !== undefined && version !== seen) onWritten()
      seen = version
    } catch {
      // a file that cannot be read for now is looked at again
    }
  }
  return {
    start: () => {
      look()
      timer = setInterval(look, LOOK_EVERY_MS).unref()
    },
    stop: () => clearInterval(timer),
  }
}
