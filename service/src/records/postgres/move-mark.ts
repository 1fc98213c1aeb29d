// A note in a database that an installation's rows move to: whose they are, and whether all have come.
import { type Kysely, sql } from 'kysely'
import { Fault } from '../../ground/fault.ts'
import type { Tables } from '../tables.ts'

/** Not a step of the schema: only a database that was moved to has it. */
export const MOVE_TABLE = 'moved_from'

export interface MoveNote {
  source: string
  isWhole: boolean
}

/** Undefined in a database that nothing moves or moved to. */
export async function moveNoteOf(db: Kysely<Tables>): Promise<MoveNote | undefined> {
  const { rows: tables } = await sql<{
    name: string | null
  }>`select to_regclass(${MOVE_TABLE})::text as name`.execute(db)
  if (tables[0]?.name == null) return undefined
  const { rows } = await sql<{
    source: string
    whole: boolean
  }>`select source, whole from ${sql.table(MOVE_TABLE)}`.execute(db)
  const [note] = rows
  return note && { source: note.source, isWhole: note.whole }
}

/** Throws a Fault for a database whose installation is on its way. */
export async function mustBeWholeMove(db: Kysely<Tables>): Promise<void> {
  if ((await moveNoteOf(db))?.isWhole === false)
    throw new Fault([
      'An installation is being moved to the database that DATABASE_URL names, or its move was cut off: run "herbarium migrate-to" again.',
    ])
}
