// The rows of one installation in one SQLite file.
import path from 'node:path'
import { sql } from 'kysely'
import { createAssetRecords } from '../asset-records.ts'
import { createEventRecords } from '../event-records.ts'
import { createJobRecords } from '../job-records.ts'
import { createKeyRecords } from '../key-records.ts'
import { createProjectRecords } from '../project-records.ts'
import type { Records } from '../records.ts'
import { createRequestRecords } from '../request-records.ts'
import { createSecretRecords } from '../secret-records.ts'
import { createServerRecords } from '../server-records.ts'
import { createUpkeepRecords } from '../upkeep-records.ts'
import { createWebhookRecords } from '../webhook-records.ts'
import { createWorkspaceRecords } from '../workspace-records.ts'
import { createClaim } from './claim-jobs.ts'
import { createCommitApart } from './commit-apart.ts'
import { type Engine, openEngine } from './engine.ts'
import { createEventLog } from './event-log.ts'
import { createKysely } from './kysely.ts'
import { exclusively } from './lock.ts'
import { migrate } from './migrate.ts'
import { createRead } from './read.ts'
import { createSearch } from './row-search.ts'
import { integrityOf, vacuumInto } from './soundness.ts'
import { type Commit, commitNamed, createWrite } from './write.ts'

export const databaseFile = (folder: string): string => path.join(folder, 'herbarium.db')

/** Opens `herbarium.db` in a folder that exists; however many processes start at once, one makes and migrates it. */
export async function openSqlite(folder: string): Promise<Records> {
  const engine = await exclusively(path.join(folder, 'start.lock'), () => openMigrated(folder))
  const { commit, close } = createCommitApart(engine, databaseFile(folder))
  const records = recordsIn(engine, commit)
  return {
    ...records,
    close: async () => {
      await close()
      await records.close()
    },
  }
}

/** The rows in a file of this program's schema. */
export function recordsIn(engine: Engine, commit: Commit = commitNamed(engine)): Records {
  const db = createKysely(engine)
  const write = createWrite(commit)
  const log = createEventLog(engine)
  const database = { db, read: createRead(engine), write, log }
  const search = createSearch(db, database.read)
  return {
    workspaces: createWorkspaceRecords(db, write),
    keys: createKeyRecords(database),
    projects: createProjectRecords(database, search),
    assets: createAssetRecords(database, search),
    events: createEventRecords(database, log),
    webhooks: createWebhookRecords(database),
    jobs: createJobRecords(db, write, createClaim(db, write)),
    servers: createServerRecords(db, write),
    secrets: createSecretRecords(database),
    ...createRequestRecords(database),
    upkeep: {
      ...createUpkeepRecords(db),
      integrity: () => integrityOf(engine),
      snapshot: file => vacuumInto(engine, file),
    },
    check: async () => {
      await sql`select 1 from workspaces limit 1`.execute(db)
    },
    close: async () => {
      log.close()
      await db.destroy()
      engine.close()
    },
  }
}

export async function openMigrated(folder: string): Promise<Engine> {
  const engine = openEngine(databaseFile(folder))
  try {
    await migrate(engine, createKysely(engine))
    return engine
  } catch (error) {
    engine.close()
    throw error
  }
}
