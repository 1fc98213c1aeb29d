// The one write of an asset's change, or of several, as steps.
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { AssetEvent } from '../assets/asset-event.ts'
import type { Attempt } from '../assets/attempt.ts'
import type { PlacedNode } from '../assets/placement.ts'
import type { AssetChange, Upload } from '../assets/ports.ts'
import { assetRow } from './asset-rows.ts'
import { attemptRow } from './attempt-rows.ts'
import { insertJob, removeJobsOf } from './job-records.ts'
import { rememberRequest } from './request-records.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

type Db = Kysely<Tables>

/**
 * The order matters: what can stop the write comes first, and every write takes its rows in the same order, so that two
 * never wait for each other. Counters, which all writes of a workspace share, are held for the shortest time.
 */
export function stepsOf(db: Db, ...changes: AssetChange[]): Step[] {
  const all = <T>(part: (change: AssetChange) => T[]): T[] => changes.flatMap(part)
  const attempts = all(change => change.attempts ?? [])
  const events = all(change => change.events)
  return [
    ...all(({ request }) => (request ? [rememberRequest(db, request)] : [])),
    ...all(({ asset }) => (asset ? [assetStep(db, asset)] : [])),
    ...attempts.map(attempt => attemptStep(db, attempt)),
    ...all(({ remove }) => (remove ? removalSteps(db, remove) : [])),
    ...all(({ node }) => (node ? nodeSteps(db, node) : [])),
    ...all(({ endJobsOf }) => (endJobsOf ? [removeJobsOf(db, endJobsOf)] : [])),
    ...all(({ job }) => (job ? [insertJob(db, job.begin, job.lease)] : [])),
    ...(events.length > 0 ? [eventStep(db, events)] : []),
    ...all(({ asset }) => (asset ? countSteps(db, asset) : [])),
    ...attempts.flatMap(attempt => underWaySteps(db, attempt)),
  ]
}

function assetStep(db: Db, { before, after }: NonNullable<AssetChange['asset']>): Step {
  const row = assetRow(after)
  if (before === undefined) return { query: db.insertInto('assets').values(row).compile() }
  const update = db
    .updateTable('assets')
    .set(row)
    .where('id', '=', before.id)
    .where('version', '=', before.version)
  return { query: update.compile(), otherwise: 'stale' }
}

function countSteps(db: Db, { before, after }: NonNullable<AssetChange['asset']>): Step[] {
  const added = {
    assets: before === undefined ? 1 : 0,
    bytes: after.status === 'ready' ? after.sizeBytes : 0,
  }
  return added.assets === 0 && added.bytes === 0 ? [] : [countStep(db, after.workspaceId, added)]
}

function underWaySteps(db: Db, attempt: { before?: Attempt; after: Attempt }): Step[] {
  const [before, after] = [weightOf(attempt.before), weightOf(attempt.after)]
  const added = { open: after.open - before.open, bytes: after.bytes - before.bytes }
  return added.open === 0 && added.bytes === 0 ? [] : [underWayStep(db, attempt.after.assetId, added)]
}

/** What an attempt weighs while it can still win. */
const weightOf = (attempt: Attempt | undefined) =>
  attempt?.state === 'open' || attempt?.state === 'received'
    ? { open: 1, bytes: (attempt.received?.sizeBytes ?? 0) + (attempt.partial?.sizeBytes ?? 0) }
    : { open: 0, bytes: 0 }

/** An attempt knows its asset, and the asset its workspace. */
const underWayStep = (db: Db, assetId: string, added: { open: number; bytes: number }): Step => ({
  query: sql`insert into counters (workspace_id, assets, bytes, open_attempts, received_bytes)
    select workspace_id, 0, 0, ${added.open}, ${added.bytes} from assets where id = ${assetId}
    on conflict (workspace_id) do update set
      open_attempts = counters.open_attempts + excluded.open_attempts,
      received_bytes = counters.received_bytes + excluded.received_bytes`.compile(db),
})

function attemptStep(db: Db, { before, after }: { before?: Attempt; after: Attempt }): Step {
  const row = attemptRow(after)
  if (before === undefined) return { query: db.insertInto('attempts').values(row).compile() }
  const update = db
    .updateTable('attempts')
    .set(row)
    .where('asset_id', '=', before.assetId)
    .where('n', '=', before.n)
    .where('state', '=', before.state)
    .where('fence', '=', before.fence)
    .where('partial_bytes', before.partial === null ? 'is' : '=', before.partial?.sizeBytes ?? null)
  return { query: update.compile(), otherwise: 'stale' }
}

const countStep = (db: Db, workspaceId: string, added: { assets: number; bytes: number }): Step => ({
  query: db
    .insertInto('counters')
    .values({ workspace_id: workspaceId, ...added })
    .onConflict(conflict =>
      conflict.column('workspace_id').doUpdateSet({
        assets: sql`counters.assets + excluded.assets`,
        bytes: sql`counters.bytes + excluded.bytes`,
      }),
    )
    .compile(),
})

/**
 * Holds the rows as they are, so that nobody adds to what they weigh until they are gone; it is taken off before. Other
 * attempts than this one change no more, and all go with their asset.
 */
function removalSteps(db: Db, { asset, attempt }: Upload): Step[] {
  const hold = sql`update attempts set fence = fence
    where asset_id = ${asset.id} and n = ${attempt.n} and state = ${attempt.state} and fence = ${attempt.fence}`
  const holdAsset = sql`update assets set version = version where id = ${asset.id} and version = ${asset.version}`
  return [
    { query: holdAsset.compile(db), otherwise: 'stale' },
    { query: hold.compile(db), otherwise: 'stale' },
    uncountStep(db, asset),
    { query: db.deleteFrom('assets').where('id', '=', asset.id).compile() },
  ]
}

/** Everything an asset and its attempts ever added to the counters, as `countStep` and `weightOf` did. */
const uncountStep = (db: Db, asset: { id: string; workspaceId: string }): Step => ({
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

/** An asset that was deleted meanwhile gets no node. */
function nodeSteps(db: Db, node: PlacedNode): Step[] {
  const insert = sql`insert into nodes
      (id, project_id, asset_id, type, label, width, height, actor_key_id, created_at)
    select ${node.id}, ${node.projectId}, id, ${node.type}, ${node.label}, ${node.width}, ${node.height},
      ${node.actorKeyId}, ${node.createdAt}
    from assets where id = ${node.assetId}`
  return [
    { query: insert.compile(db), otherwise: 'stale' },
    {
      query: db
        .updateTable('projects')
        .set({ last_modified: node.createdAt })
        .where('id', '=', node.projectId)
        .where('last_modified', '<', node.createdAt)
        .compile(),
    },
  ]
}

const eventStep = (db: Db, events: AssetEvent[]): Step => ({
  query: db
    .insertInto('events')
    .values(
      events.map(event => ({
        id: event.id,
        workspace_id: event.workspaceId,
        type: event.type,
        asset_id: event.assetId,
        attempt: event.attempt,
        actor_key_id: event.actorKeyId,
        data: JSON.stringify(event.data),
        at: event.at,
      })),
    )
    .compile(),
})
