// The rows of one installation in one PostgreSQL database, which any number of nodes may share.
import { sql } from 'kysely'
import { DatabaseError } from 'pg'
import { Refusal } from '../../ground/errors.ts'
import { Fault } from '../../ground/fault.ts'
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
import { openConnections } from './connections.ts'
import { createEventLog } from './event-log.ts'
import { createKysely } from './kysely.ts'
import { migrate } from './migrate.ts'
import { mustBeWholeMove } from './move-mark.ts'
import { createRead } from './read.ts'
import { postgresSearch } from './row-search.ts'
import { integrityOf } from './soundness.ts'
import { wordsOf } from './trouble.ts'
import { createWrite } from './write.ts'

export interface PostgresOptions {
  url: string
  /** The most connections that this node has at a time. */
  connections: number
}

/** Brings the database to the schema this program knows; throws a Fault for one that cannot be used. */
export async function openPostgres({ url, connections: max }: PostgresOptions): Promise<Records> {
  await migrated(url)
  const connections = openConnections(url, { max, isHurried: true })
  const db = createKysely(connections)
  const close = async () => {
    await db.destroy()
    await connections.close()
  }
  await mustBeWholeMove(db).catch(async error => {
    await close()
    throw error
  })
  const write = createWrite(connections)
  const log = createEventLog(db, connections, url)
  const database = { db, read: createRead(db), write, log }
  const alone = (lock: number) => ({ query: sql`select pg_advisory_xact_lock(${lock})`.compile(db) })
  return {
    workspaces: createWorkspaceRecords(db, write, [alone(BEGINNING)]),
    keys: createKeyRecords(database),
    projects: createProjectRecords(database, postgresSearch),
    assets: createAssetRecords(database, postgresSearch),
    events: createEventRecords(database, log),
    webhooks: createWebhookRecords(database),
    jobs: createJobRecords(db, write, createClaim(db)),
    servers: createServerRecords(db, write, [alone(JOINING)]),
    secrets: createSecretRecords(database),
    ...createRequestRecords(database),
    upkeep: {
      ...createUpkeepRecords(db),
      integrity: () => integrityOf(db),
      snapshot: noSnapshot,
    },
    connections: connections.use,
    check: async () => {
      await sql`select 1 from workspaces limit 1`.execute(db)
    },
    close: async () => {
      await log.close()
      await close()
    },
  }
}

/** Held while an installation begins. Any numbers that no other program takes for their own. */
export const BEGINNING = 4_736_251_871
/** Held while a server says that it is alive. */
const JOINING = 4_736_251_872

/** Brings a database to the schema this program knows; throws a Fault for one that cannot be used. */
export const migrated = (url: string): Promise<void> => migrate(url).catch(explain)

export async function noSnapshot(): Promise<never> {
  throw new Fault([
    'The rows are in PostgreSQL: back them up with "pg_dump --format=custom", and DATA_DIR/blobs after it (docs/operations.md).',
  ])
}

function explain(error: unknown): never {
  const isTheirs = error instanceof Refusal || error instanceof DatabaseError
  if (!isTheirs) throw error
  const what = error instanceof Refusal ? 'be used' : 'be given its tables (docs/operations.md)'
  throw new Fault([`The database that DATABASE_URL names cannot ${what}: ${wordsOf(error)}.`], {
    cause: error,
  })
}
