// Looking at an installation's rows as they are, without bringing them to the newest schema.
import { existsSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import type { Examination } from '../../upkeep/doctor.ts'
import type { Tables } from '../tables.ts'
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
    schema: () => schemaOf(db),
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

async function schemaOf(db: Kysely<Tables>) {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const applied = rows.map(({ name }) => name)
  return {
    unknown: applied.filter(name => !migrationNames.includes(name)),
    missing: migrationNames.filter(name => !applied.includes(name)),
  }
}
