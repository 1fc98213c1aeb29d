// Whether a database's schema is one that this program may work on.
import { type Kysely, sql } from 'kysely'
import { Fault } from '../ground/fault.ts'
import type { Tables } from './tables.ts'

/** Steps of the schema that were made and are not known here, and the other way round. */
export async function schemaOf(db: Kysely<Tables>, known: string[]) {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const applied = rows.map(({ name }) => name)
  return {
    unknown: applied.filter(name => !known.includes(name)),
    missing: known.filter(name => !applied.includes(name)),
  }
}

/** Whether any step of a schema was ever made. */
export async function hasSchema(db: Kysely<Tables>): Promise<boolean> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  return tables.some(({ name }) => name === 'kysely_migration')
}

/** Throws a Fault for rows that a later version has changed. */
export async function mustBeKnown(db: Kysely<Tables>, known: string[], name: string): Promise<void> {
  if (!(await hasSchema(db))) return
  const { unknown } = await schemaOf(db, known)
  if (unknown.length > 0)
    throw new Fault([
      `${name} was changed by a newer Herbarium (${unknown.join(', ')}): run that version or a later one.`,
    ])
}
