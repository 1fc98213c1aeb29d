// The rows as whoever reconciles them with the bytes reads them.
import { type Kysely, type SqlBool, sql } from 'kysely'
import type { NamedBytes, NamedRows, Totals, UpkeepRecords } from '../upkeep/ports.ts'
import { listAlive } from './server-records.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>
type AnyDatabase = Omit<UpkeepRecords, 'integrity' | 'snapshot'>

const PAGE = 500
/** The newest rows bear the newest times, but for a few that were begun before others. */
const NEWEST = 100

export const createUpkeepRecords = (db: Db): AnyDatabase => ({
  ...createNamedRows(db),
  newestTime: () => newestTime(db),
  liveStores: async now => (await listAlive(db, now)).map(({ store }) => store),
  stubbornJobs: async tries => {
    const rows = await db
      .selectFrom('jobs')
      .select(['id', 'kind', 'subject', 'tries'])
      .where('tries', '>=', tries)
      .orderBy('ordinal')
      .limit(PAGE)
      .execute()
    return rows.map(({ id, kind, subject, tries }) => ({ id, kind, assetId: subject, tries }))
  },
})

export const createNamedRows = (db: Db): Omit<NamedRows, 'integrity'> => ({
  readyBytes: workspaceId => readyBytes(db, workspaceId),
  receivedBytes: () => receivedBytes(db),
  readyTotals: workspaceId => readyTotals(db, workspaceId),
  knownMediaKeys: async keys => {
    if (keys.length === 0) return new Set()
    const rows = await db.selectFrom('assets').select('blob_key').where('blob_key', 'in', keys).execute()
    return new Set(rows.flatMap(({ blob_key }) => (blob_key === null ? [] : [blob_key])))
  },
})

async function* readyBytes(db: Db, workspaceId?: string): AsyncGenerator<NamedBytes[]> {
  for (let after = 0; ; ) {
    const rows = await readyRows(db, workspaceId)
      .select(['ordinal', 'id', 'blob_key', 'size_bytes', 'sha256'])
      .where('ordinal', '>', after)
      .orderBy('ordinal')
      .limit(PAGE)
      .execute()
    if (rows.length > 0)
      yield rows.map(row => ({
        assetId: row.id,
        attempt: null,
        ...known({ key: row.blob_key, sizeBytes: row.size_bytes, sha256: row.sha256 }),
      }))
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    after = last.ordinal
  }
}

async function* receivedBytes(db: Db): AsyncGenerator<NamedBytes[]> {
  for (let after = { asset: '', n: 0 }; ; ) {
    const rows = await db
      .selectFrom('attempts')
      .select(['asset_id', 'n', 'received_key', 'received_bytes', 'received_sha256'])
      .where('state', '=', 'received')
      .where(sql<SqlBool>`(asset_id, n) > (${after.asset}, ${after.n})`)
      .orderBy('asset_id')
      .orderBy('n')
      .limit(PAGE)
      .execute()
    if (rows.length > 0)
      yield rows.map(row => ({
        assetId: row.asset_id,
        attempt: row.n,
        ...known({ key: row.received_key, sizeBytes: row.received_bytes, sha256: row.received_sha256 }),
      }))
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    after = { asset: last.asset_id, n: last.n }
  }
}

/** A row that lacks one names bytes that nothing can agree with, and is reported as such. */
const known = (bytes: { key: string | null; sizeBytes: number | null; sha256: string | null }) => ({
  key: bytes.key ?? '',
  sizeBytes: bytes.sizeBytes ?? -1,
  sha256: bytes.sha256 ?? '',
})

const readyRows = (db: Db, workspaceId: string | undefined) => {
  const ready = db.selectFrom('assets').where('status', '=', 'ready')
  return workspaceId === undefined ? ready : ready.where('workspace_id', '=', workspaceId)
}

async function readyTotals(db: Db, workspaceId: string | undefined): Promise<Totals> {
  const row = await readyRows(db, workspaceId)
    .select(eb => [eb.fn.countAll<number>().as('files'), eb.fn.sum<number | null>('size_bytes').as('bytes')])
    .executeTakeFirst()
  return { files: Number(row?.files ?? 0), bytes: Number(row?.bytes ?? 0) }
}

async function newestTime(db: Db): Promise<number | undefined> {
  const events = await db.selectFrom('events').select('at').orderBy('ordinal', 'desc').limit(NEWEST).execute()
  const assets = await db
    .selectFrom('assets')
    .select('created_at')
    .orderBy('ordinal', 'desc')
    .limit(NEWEST)
    .execute()
  const workspaces = await db.selectFrom('workspaces').select('created_at').execute()
  const times = [...events.map(({ at }) => at), ...[...assets, ...workspaces].map(row => row.created_at)]
  return times.length === 0 ? undefined : Math.max(...times)
}
