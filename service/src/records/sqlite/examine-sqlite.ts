// Looking at an installation's rows as they are, without bringing them to the newest schema.
import { existsSync } from 'node:fs'
import type { Examination } from '../../upkeep/doctor.ts'
import { schemaOf } from '../known-schema.ts'
import { createUpkeepRecords } from '../upkeep-records.ts'
import { openEngine } from './engine.ts'
import { createKysely } from './kysely.ts'
import { migrationNames } from './migrate.ts'
import { databaseFile } from './open-sqlite.ts'
import { integrityOf, vacuumInto } from './soundness.ts'

/** Whether rows have ever been kept in this folder. */
export const hasSqlite = (folder: string): boolean => existsSync(databaseFile(folder))

/** Undefined where there is no file yet. */
export async function examineSqlite(folder: string): Promise<Examination | undefined> {
  if (!hasSqlite(folder)) return undefined
  const engine = openEngine(databaseFile(folder))
  const db = createKysely(engine)
  return {
    soundness: 'pages, indexes, references and the index of names are sound',
    schema: () => schemaOf(db, migrationNames),
    upkeep: {
      ...createUpkeepRecords(db),
      integrity: () => integrityOf(engine),
      snapshot: file => vacuumInto(engine, file),
    },
    close: async () => {
      await db.destroy()
      engine.close()
    },
  }
}
