// A copy of all rows in one SQLite file: edited, then closed as a single durable file.
import { open } from 'node:fs/promises'
import { type Kysely, sql } from 'kysely'
import type { NamedBytes, Snapshot } from '../../upkeep/ports.ts'
import type { Tables } from '../tables.ts'
import { createNamedRows } from '../upkeep-records.ts'
import type { Step, Write } from '../write.ts'
import { openEngine } from './engine.ts'
import { createKysely } from './kysely.ts'
import { migrate } from './migrate.ts'
import { integrityOf } from './soundness.ts'
import { createWrite } from './write.ts'

/** Opens a file that nobody else has open, and brings it to the schema this program knows. */
export async function openSnapshot(file: string): Promise<Snapshot> {
  const engine = openEngine(file)
  const db = createKysely(engine)
  const close = async () => {
    await db.destroy()
    engine.close()
  }
  try {
    await migrate(engine, db)
  } catch (error) {
    await close()
    throw error
  }
  const write = createWrite(engine)
  return {
    ...createNamedRows(db),
    integrity: () => integrityOf(engine),
    leavePartialBytes: async () => {
      await write([{ query: leavePartial(db) }])
    },
    forget: gone => forget(db, write, gone),
    recount: async () => {
      await write([{ query: recount(db) }])
    },
    seal: async () => {
      engine.exec('pragma journal_mode = delete') // folds the log into the file
      await close()
      const handle = await open(file, 'r+')
      await handle.sync().finally(() => handle.close())
    },
    close,
  }
}

const leavePartial = (db: Kysely<Tables>) =>
  db
    .updateTable('attempts')
    .set({ partial_key: null, partial_bytes: null })
    .where('partial_key', 'is not', null)
    .compile()

async function forget(db: Kysely<Tables>, write: Write, gone: NamedBytes[]): Promise<void> {
  const steps = gone.flatMap(({ assetId, attempt }) =>
    attempt === null ? removeAsset(db, assetId) : [expireAttempt(db, assetId, attempt)],
  )
  if (steps.length > 0) await write(steps)
}

const removeAsset = (db: Kysely<Tables>, assetId: string): Step[] => [
  { query: db.deleteFrom('jobs').where('subject', '=', assetId).compile() },
  { query: db.deleteFrom('assets').where('id', '=', assetId).compile() },
]

const expireAttempt = (db: Kysely<Tables>, assetId: string, n: number): Step => ({
  query: db
    .updateTable('attempts')
    .set({
      state: 'expired',
      received_key: null,
      received_bytes: null,
      received_sha256: null,
      verdict: null,
      lease_until: null,
    })
    .where('asset_id', '=', assetId)
    .where('n', '=', n)
    .compile(),
})

const recount = (db: Kysely<Tables>) =>
  sql`update counters set
    assets = (select count(*) from assets where assets.workspace_id = counters.workspace_id),
    bytes = (
      select coalesce(sum(size_bytes), 0) from assets
      where assets.workspace_id = counters.workspace_id and status = 'ready'
    ),
    open_attempts = (
      select count(*) from attempts join assets on assets.id = attempts.asset_id
      where assets.workspace_id = counters.workspace_id and attempts.state in ('open', 'received')
    ),
    received_bytes = (
      select coalesce(sum(attempts.received_bytes), 0) from attempts join assets on assets.id = attempts.asset_id
      where assets.workspace_id = counters.workspace_id and attempts.state = 'received'
    )`.compile(db)
