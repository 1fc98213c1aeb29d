// The rows of assets and their attempts.
import type { Kysely } from 'kysely'
import type { Asset } from '../assets/asset.ts'
import type { AssetChange, AssetRecords, Upload, Usage } from '../assets/ports.ts'
import type { SaveOutcome } from '../ground/save-outcome.ts'
import { assetFrom } from './asset-rows.ts'
import { attemptFrom } from './attempt-rows.ts'
import { listAssetRows } from './list-assets.ts'
import type { RowSearch } from './row-search.ts'
import { stepsOf } from './save-asset.ts'
import type { Tables } from './tables.ts'
import type { Write } from './write.ts'

type Db = Kysely<Tables>

export const createAssetRecords = (db: Db, write: Write, search: RowSearch): AssetRecords => ({
  find: assetId => findBy(db, 'id', assetId),
  findUpload: (assetId, n) => findUpload(db, assetId, n),
  findReady: async mediaToken => {
    const asset = await findBy(db, 'media_token', mediaToken)
    return asset?.status === 'ready' ? asset : undefined
  },
  list: (filter, page) => listAssetRows(db, search, filter, page),
  count: async workspaceId => {
    const row = await db
      .selectFrom('counters')
      .select('assets')
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirst()
    return row?.assets ?? 0
  },
  usage: workspaceId => usageOf(db, workspaceId),
  hasProject: async (workspaceId, projectId) => {
    const row = await db
      .selectFrom('projects')
      .select('id')
      .where('id', '=', projectId)
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirst()
    return row !== undefined
  },
  findOverdue: (times, limit) => findOverdue(db, times, limit),
  protectedKeys: keys => protectedKeys(db, keys),
  save: change => write(stepsOf(db, change)),
  saveAll: changes => saveAll(db, write, changes),
})

async function saveAll(db: Db, write: Write, changes: AssetChange[]): Promise<SaveOutcome[]> {
  if (changes.length === 0) return []
  const together = await write(stepsOf(db, ...changes))
  if (together === 'saved') return changes.map(() => together)
  const outcomes: SaveOutcome[] = []
  for (const change of changes) outcomes.push(await write(stepsOf(db, change)))
  return outcomes
}

async function usageOf(db: Db, workspaceId: string): Promise<Usage> {
  const row = await db
    .selectFrom('workspaces')
    .leftJoin('counters', 'counters.workspace_id', 'workspaces.id')
    .select(['quota_bytes', 'bytes', 'received_bytes', 'open_attempts'])
    .where('workspaces.id', '=', workspaceId)
    .executeTakeFirst()
  return {
    quotaBytes: row?.quota_bytes ?? null,
    usedBytes: (row?.bytes ?? 0) + (row?.received_bytes ?? 0),
    openAttempts: row?.open_attempts ?? 0,
  }
}

async function findBy(db: Db, column: 'id' | 'media_token', value: string): Promise<Asset | undefined> {
  const row = await db.selectFrom('assets').selectAll().where(column, '=', value).executeTakeFirst()
  return row && assetFrom(row)
}

/** One read, so that no write can fall between the asset and its attempt; the two tables share no column name. */
async function findUpload(db: Db, assetId: string, n?: number): Promise<Upload | undefined> {
  const joined = db
    .selectFrom('attempts')
    .innerJoin('assets', 'assets.id', 'attempts.asset_id')
    .selectAll()
    .where('attempts.asset_id', '=', assetId)
  const row = await (n === undefined
    ? joined.whereRef('attempts.n', '=', 'assets.attempt')
    : joined.where('attempts.n', '=', n)
  ).executeTakeFirst()
  return row && { asset: assetFrom(row), attempt: attemptFrom(row) }
}

async function findOverdue(
  db: Db,
  times: { now: number; unusedBefore: number; abandonedBefore: number },
  limit: number,
): Promise<Upload[]> {
  const overdue = (state: 'open' | 'received', before: number) =>
    db
      .selectFrom('attempts')
      .selectAll()
      .where('state', '=', state)
      .where('expires_at', '<=', before)
      .where(eb => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', times.now)]))
      .orderBy('expires_at')
      .limit(limit)
      .execute()
  const rows = [
    ...(await overdue('open', times.unusedBefore)),
    ...(await overdue('received', times.abandonedBefore)),
  ]
  if (rows.length === 0) return []
  const assets = await db
    .selectFrom('assets')
    .selectAll()
    .where('id', 'in', [...new Set(rows.map(row => row.asset_id))])
    .execute()
  const byId = new Map(assets.map(row => [row.id, assetFrom(row)]))
  return rows.slice(0, limit).flatMap(row => {
    const asset = byId.get(row.asset_id)
    return asset === undefined ? [] : [{ asset, attempt: attemptFrom(row) }]
  })
}

/**
 * A file in quarantine is named after its attempt's key and the fence of the upload that wrote it, or 0 where a form
 * did; a partial one may have come from the attempt before.
 */
async function protectedKeys(db: Db, keys: string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const quarantineKeys = keys.map(key => key.replace(/\.\d+$/, ''))
  // A retry carries bytes on: a later attempt of the asset may have them under the name that an earlier one gave them.
  const owners = db.selectFrom('attempts').select('asset_id').where('quarantine_key', 'in', quarantineKeys)
  const rows = await db
    .selectFrom('attempts')
    .select(['received_key', 'partial_key', 'quarantine_key', 'fence', 'lease_until'])
    .where('asset_id', 'in', owners)
    .where('state', 'in', ['open', 'received'])
    .execute()
  const kept = new Set(
    rows.flatMap(row => [
      row.received_key,
      row.partial_key,
      `${row.quarantine_key}.0`,
      ...(row.lease_until === null ? [] : [`${row.quarantine_key}.${row.fence}`]),
    ]),
  )
  return new Set(keys.filter(key => kept.has(key)))
}
