// A copy of all rows in one SQLite file: edited, then closed as a single durable file.
import { open } from 'node:fs/promises'
import type { Kysely } from 'kysely'
import type { NamedBytes, Snapshot } from '../../upkeep/ports.ts'
import { leavePartial, recount } from '../copied-rows.ts'
import type { Tables } from '../tables.ts'
import { createNamedRows } from '../upkeep-records.ts'
import type { Step, Write } from '../write.ts'
import { openEngine } from './engine.ts'
import { createKysely } from './kysely.ts'
import { migrate } from './migrate.ts'
import { integrityOf } from './soundness.ts'
import { commitHere, createWrite } from './write.ts'

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
  const write = createWrite(commitHere(engine))
  return {
    ...createNamedRows(db),
    integrity: () => integrityOf(engine),
    leaveBehind: async () => {
      await write([{ query: leavePartial(db) }, { query: db.deleteFrom('servers').compile() }])
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
