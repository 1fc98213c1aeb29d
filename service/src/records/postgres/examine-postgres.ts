// Looking at an installation's rows as they are, without bringing them to the newest schema.
import type { Examination } from '../../upkeep/doctor.ts'
import { hasSchema, schemaOf } from '../known-schema.ts'
import { createUpkeepRecords } from '../upkeep-records.ts'
import { openConnections } from './connections.ts'
import { createKysely } from './kysely.ts'
import { migrationNames } from './migrate.ts'
import { noSnapshot } from './open-postgres.ts'
import { integrityOf } from './soundness.ts'

/** Undefined where there are no tables yet. */
export async function examinePostgres(url: string): Promise<Examination | undefined> {
  const connections = openConnections(url, { max: 1, isHurried: false })
  const db = createKysely(connections)
  const close = async () => {
    await db.destroy()
    await connections.close()
  }
  const isThere = await hasSchema(db).catch(async error => {
    await close()
    throw error
  })
  if (!isThere) {
    await close()
    return undefined
  }
  return {
    soundness: 'PostgreSQL answers, its indexes are valid and its commits are durable',
    schema: () => schemaOf(db, migrationNames),
    upkeep: { ...createUpkeepRecords(db), integrity: () => integrityOf(db), snapshot: noSnapshot },
    close,
  }
}
