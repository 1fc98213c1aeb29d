// What the rows are reached through, whichever database keeps them.
import type { Kysely } from 'kysely'
import type { EventLog } from './event-records.ts'
import type { Read } from './read.ts'
import type { Tables } from './tables.ts'
import type { Write } from './write.ts'

export interface Database {
  /** Builds queries, and runs those that are asked seldom. */
  db: Kysely<Tables>
  /** Runs one that was built once (`prepared.ts`). */
  read: Read
  write: Write
  log: EventLog
}
