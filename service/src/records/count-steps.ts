// What a workspace has, kept in counters by the writes that change it.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Asset } from '../assets/asset.ts'
import type { Attempt } from '../assets/attempt.ts'
import type { AssetChange } from '../assets/ports.ts'
import { prepared } from './prepared.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

type Db = Kysely<Tables>

interface Added {
  assets: number
  bytes: number
  open: number
  received: number
}

/** Adds what a change adds, in one step; in none where that is nothing. */
export function createCountSteps(db: Db): (change: AssetChange) => Step[] {
  const ofWorkspace = prepared(({ workspaceId, added }: { workspaceId: string; added: Added }) =>
    addTo(
      sql`values (${workspaceId}, ${added.assets}, ${added.bytes}, ${added.open}, ${added.received})`,
    ).compile(db),
  )
  // An attempt knows its asset, and the asset its workspace.
  const ofAsset = prepared(({ assetId, added }: { assetId: string; added: Added }) =>
    addTo(
      sql`select workspace_id, ${added.assets}, ${added.bytes}, ${added.open}, ${added.received}
        from assets where id = ${assetId}`,
    ).compile(db),
  )
  return ({ asset, attempts = [] }) => {
    const added = addedBy(asset, attempts)
    if (Object.values(added).every(count => count === 0)) return []
    const [attempt] = attempts
    if (asset !== undefined) return [{ query: ofWorkspace({ workspaceId: asset.after.workspaceId, added }) }]
    return attempt === undefined ? [] : [{ query: ofAsset({ assetId: attempt.after.assetId, added }) }]
  }
}

const addTo = (counts: RawBuilder<unknown>) =>
  sql`insert into counters (workspace_id, assets, bytes, open_attempts, received_bytes) ${counts}
    on conflict (workspace_id) do update set
      assets = counters.assets + excluded.assets,
      bytes = counters.bytes + excluded.bytes,
      open_attempts = counters.open_attempts + excluded.open_attempts,
      received_bytes = counters.received_bytes + excluded.received_bytes`

/** All attempts of one change are of one asset. */
function addedBy(asset: AssetChange['asset'], attempts: NonNullable<AssetChange['attempts']>): Added {
  const added = {
    assets: asset !== undefined && asset.before === undefined ? 1 : 0,
    bytes: publishedBytes(asset?.after) - publishedBytes(asset?.before),
    open: 0,
    received: 0,
  }
  for (const attempt of attempts) {
    const [before, after] = [weightOf(attempt.before), weightOf(attempt.after)]
    added.open += after.open - before.open
    added.received += after.bytes - before.bytes
  }
  return added
}

const publishedBytes = (asset: Asset | undefined): number => (asset?.status === 'ready' ? asset.sizeBytes : 0)

/** What an attempt weighs while it can still win. */
const weightOf = (attempt: Attempt | undefined) =>
  attempt?.state === 'open' || attempt?.state === 'received'
    ? { open: 1, bytes: (attempt.received?.sizeBytes ?? 0) + (attempt.partial?.sizeBytes ?? 0) }
    : { open: 0, bytes: 0 }

/** Takes off everything an asset and its attempts ever added. */
export const uncountStep = (db: Db, asset: { id: string; workspaceId: string }): Step => ({
  query: sql`update counters set
      assets = assets - 1,
      bytes = bytes - (select coalesce(sum(size_bytes), 0) from assets where id = ${asset.id} and status = 'ready'),
      open_attempts = open_attempts - (
        select count(*) from attempts where asset_id = ${asset.id} and state in ('open', 'received')
      ),
      received_bytes = received_bytes - (
        select coalesce(sum(coalesce(received_bytes, 0) + coalesce(partial_bytes, 0)), 0) from attempts
        where asset_id = ${asset.id} and state in ('open', 'received')
      )
    where workspace_id = ${asset.workspaceId}`.compile(db),
})
