// The rows of assets and their attempts.
import { type Kysely, type SqlBool, sql } from 'kysely'
import type { Asset } from '../assets/asset.ts'
import type { AssetChange, AssetRecords, Upload, Usage } from '../assets/ports.ts'
import type { MediaAccess } from '../ground/actor.ts'
import type { SaveOutcome } from '../ground/save-outcome.ts'
import { findHistory } from './asset-history.ts'
import { type AssetRow, assetFrom } from './asset-rows.ts'
import { attemptFrom } from './attempt-rows.ts'
import type { Database } from './database.ts'
import { createList } from './list-assets.ts'
import { prepared } from './prepared.ts'
import type { Read } from './read.ts'
import type { RowSearch } from './row-search.ts'
import { createSteps } from './save-asset.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

export function createAssetRecords({ db, read, write, log }: Database, search: RowSearch): AssetRecords {
  const stepsOf = createSteps(db, log)
  const saveTogether = async (changes: AssetChange[]): Promise<SaveOutcome> => {
    const outcome = await write(stepsOf(...changes))
    const events = changes.flatMap(change => change.events)
    if (outcome === 'saved' && events.length > 0)
      log.written([...new Set(events.map(({ workspaceId }) => workspaceId))])
    return outcome
  }
  return {
    ...createFinding(db, read),
    list: createList(db, read, search),
    history: (assetId, limit) => findHistory(db, assetId, limit),
    findOutlived: (now, limit) => findOutlived(db, now, limit),
    findOverdue: (times, limit) => findOverdue(db, times, limit),
    protectedKeys: keys => protectedKeys(db, keys),
    save: change => saveTogether([change]),
    saveAll: async changes => {
      if (changes.length === 0) return []
      const together = await saveTogether(changes)
      if (together === 'saved') return changes.map(() => together)
      const outcomes: SaveOutcome[] = []
      for (const change of changes) outcomes.push(await saveTogether([change]))
      return outcomes
    },
  }
}

type Finding = Pick<AssetRecords, 'find' | 'findReady' | 'findUpload' | 'count' | 'usage' | 'hasProject'>

/** What nearly every request asks. */
function createFinding(db: Db, read: Read): Finding {
  const assets = db.selectFrom('assets').selectAll()
  const byId = prepared(({ id }: { id: string }) => assets.where('id', '=', id).compile())
  const byToken = prepared(({ token }: { token: string }) =>
    db
      .selectFrom('assets')
      .innerJoin('workspaces', 'workspaces.id', 'assets.workspace_id')
      .selectAll('assets')
      .select('workspaces.media_access')
      .where('media_token', '=', token)
      .where('status', '=', 'ready')
      .compile(),
  )
  const counted = prepared(({ workspaceId }: { workspaceId: string }) =>
    db.selectFrom('counters').select('assets').where('workspace_id', '=', workspaceId).compile(),
  )
  const project = prepared(({ id, workspaceId }: { id: string; workspaceId: string }) =>
    db
      .selectFrom('projects')
      .select('id')
      .where('id', '=', id)
      .where('workspace_id', '=', workspaceId)
      .compile(),
  )
  return {
    find: async id => assetOf(await read(byId({ id }))),
    findReady: async token => {
      const [row] = await read(byToken({ token }))
      const asset = row && assetFrom(row)
      if (asset?.status !== 'ready') return undefined
      return { asset, mediaAccess: row?.media_access as MediaAccess } // written by workspaces alone
    },
    findUpload: createFindUpload(db, read),
    count: async workspaceId => (await read(counted({ workspaceId })))[0]?.assets ?? 0,
    usage: createUsage(db, read),
    hasProject: async (workspaceId, id) => (await read(project({ id, workspaceId }))).length > 0,
  }
}

const assetOf = ([row]: AssetRow[]): Asset | undefined => row && assetFrom(row)

/** One read, so that no write can fall between the asset and its attempt; the two tables share no column name. */
function createFindUpload(db: Db, read: Read): AssetRecords['findUpload'] {
  const joined = db.selectFrom('attempts').innerJoin('assets', 'assets.id', 'attempts.asset_id').selectAll()
  const current = prepared(({ assetId }: { assetId: string }) =>
    joined.where('attempts.asset_id', '=', assetId).whereRef('attempts.n', '=', 'assets.attempt').compile(),
  )
  const numbered = prepared(({ assetId, n }: { assetId: string; n: number }) =>
    joined.where('attempts.asset_id', '=', assetId).where('attempts.n', '=', n).compile(),
  )
  return async (assetId, n) => {
    const [row] = await read(n === undefined ? current({ assetId }) : numbered({ assetId, n }))
    return row && { asset: assetFrom(row), attempt: attemptFrom(row) }
  }
}

function createUsage(db: Db, read: Read): AssetRecords['usage'] {
  const used = prepared(({ workspaceId }: { workspaceId: string }) =>
    db
      .selectFrom('workspaces')
      .leftJoin('counters', 'counters.workspace_id', 'workspaces.id')
      .select(['quota_bytes', 'bytes', 'received_bytes', 'open_attempts'])
      .where('workspaces.id', '=', workspaceId)
      .compile(),
  )
  return async (workspaceId): Promise<Usage> => {
    const [row] = await read(used({ workspaceId }))
    return {
      quotaBytes: row?.quota_bytes ?? null,
      usedBytes: (row?.bytes ?? 0) + (row?.received_bytes ?? 0),
      openAttempts: row?.open_attempts ?? 0,
    }
  }
}

async function findOutlived(db: Db, now: number, limit: number): Promise<Upload[]> {
  const rows = await db
    .selectFrom('assets')
    .innerJoin('attempts', join =>
      join.onRef('attempts.asset_id', '=', 'assets.id').onRef('attempts.n', '=', 'assets.attempt'),
    )
    .selectAll()
    .where('delete_after', 'is not', null) // in the words of the index
    .where('delete_after', '<=', now)
    .orderBy('delete_after')
    .limit(limit)
    .execute()
  return rows.map(row => ({ asset: assetFrom(row), attempt: attemptFrom(row) }))
}

const isNotOver = sql<SqlBool>`state in ('open', 'received')`

async function findOverdue(
  db: Db,
  times: { now: number; unusedBefore: number; abandonedBefore: number },
  limit: number,
): Promise<Upload[]> {
  const overdue = (state: 'open' | 'received', before: number) =>
    db
      .selectFrom('attempts')
      .selectAll()
      .where(isNotOver) // in the words of the index, or SQLite would not use it
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
