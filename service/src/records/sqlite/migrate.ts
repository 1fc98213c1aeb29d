// Bringing a SQLite file to the schema this program knows.
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { mustBeKnown } from '../known-schema.ts'
import type { Tables } from '../tables.ts'
import type { Engine } from './engine.ts'
import { whenFree } from './lock.ts'
import * as begin from './migrations/001-begin.ts'
import * as quota from './migrations/002-quota.ts'
import * as resume from './migrations/003-resume.ts'
import * as severalNodes from './migrations/004-several-nodes.ts'
import * as namesInBatches from './migrations/005-names-in-batches.ts'
import * as eventLog from './migrations/006-event-log.ts'
import * as operation from './migrations/007-operation.ts'
import * as rotatedKeys from './migrations/008-rotated-keys.ts'

const migrations = {
  '001-begin': begin,
  '002-quota': quota,
  '003-resume': resume,
  '004-several-nodes': severalNodes,
  '005-names-in-batches': namesInBatches,
  '006-event-log': eventLog,
  '007-operation': operation,
  '008-rotated-keys': rotatedKeys,
}

/** Every step of the schema that this program knows, in order. */
export const migrationNames: string[] = Object.keys(migrations)

/**
 * Runs in one transaction, by hand because Kysely opens none for SQLite: a start that is cut off leaves the file as
 * it was. Kysely takes no lock on SQLite either: the caller holds one.
 */
export async function migrate(engine: Engine, db: Kysely<Tables>): Promise<void> {
  await mustBeKnown(db, migrationNames, 'The database of this installation')
  await whenFree(() => engine.exec('begin immediate'))
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  engine.exec(error === undefined ? 'commit' : 'rollback')
  if (error !== undefined) throw error
}
