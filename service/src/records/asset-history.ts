// What the rows keep of an asset's past.
import type { Kysely, Selectable } from 'kysely'
import type { AssetEvent, AssetEventType } from '../assets/asset-event.ts'
import type { AssetHistory } from '../assets/ports.ts'
import { attemptFrom } from './attempt-rows.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

export async function findHistory(db: Db, assetId: string, limit: number): Promise<AssetHistory> {
  const attempts = await db
    .selectFrom('attempts')
    .selectAll()
    .where('asset_id', '=', assetId)
    .orderBy('n', 'desc')
    .limit(limit)
    .execute()
  return { attempts: attempts.map(attemptFrom).reverse(), events: await eventsOf(db, assetId, limit) }
}

async function eventsOf(db: Db, assetId: string, limit: number): Promise<AssetEvent[]> {
  const rows = await db
    .selectFrom('events')
    .selectAll()
    .where('asset_id', '=', assetId)
    .orderBy('ordinal', 'desc')
    .limit(limit)
    .execute()
  return rows.map(row => eventFrom(row, assetId)).reverse()
}

/** All but the type and the data is as it stands there; both were written by the event's step alone. */
const eventFrom = (row: Selectable<Tables['events']>, assetId: string): AssetEvent => ({
  id: row.id,
  workspaceId: row.workspace_id,
  type: row.type as AssetEventType,
  assetId,
  attempt: row.attempt ?? 1,
  actorKeyId: row.actor_key_id,
  data: JSON.parse(row.data) as AssetEvent['data'],
  at: row.at,
})
