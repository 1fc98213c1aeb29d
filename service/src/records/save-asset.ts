// The one write of an asset's change, as steps.
import type { Insertable, Kysely } from 'kysely'
import { sql } from 'kysely'
import type { AssetEvent } from '../assets/asset-event.ts'
import type { Attempt } from '../assets/attempt.ts'
import type { PlacedNode } from '../assets/placement.ts'
import type { AssetChange } from '../assets/ports.ts'
import { assetRow } from './asset-rows.ts'
import { attemptRow } from './attempt-rows.ts'
import { insertJob, removeJobsOf } from './job-records.ts'
import { rememberRequest } from './request-records.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

type Db = Kysely<Tables>

/** The order matters: what can stop the write comes first. */
export function stepsOf(db: Db, change: AssetChange): Step[] {
  return [
    ...(change.request ? [rememberRequest(db, change.request)] : []),
    ...(change.asset ? assetSteps(db, change.asset) : []),
    ...(change.attempts ?? []).map(attempt => attemptStep(db, attempt)),
    ...(change.node ? nodeSteps(db, change.node) : []),
    ...(change.endJobsOf ? [removeJobsOf(db, change.endJobsOf)] : []),
    ...(change.job ? [insertJob(db, change.job.begin, change.job.lease)] : []),
    ...(change.events.length > 0 ? [eventStep(db, change.events)] : []),
  ]
}

function assetSteps(db: Db, { before, after }: NonNullable<AssetChange['asset']>): Step[] {
  const row = assetRow(after)
  const bytes = after.status === 'ready' ? after.sizeBytes : 0
  if (before === undefined)
    return [
      { query: db.insertInto('assets').values(row).compile() },
      countStep(db, after.workspaceId, { assets: 1, bytes }),
    ]
  const update = db
    .updateTable('assets')
    .set(row)
    .where('id', '=', before.id)
    .where('version', '=', before.version)
  return [
    { query: update.compile(), otherwise: 'stale' },
    ...(bytes > 0 ? [countStep(db, after.workspaceId, { assets: 0, bytes })] : []),
  ]
}

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

function nodeSteps(db: Db, node: PlacedNode): Step[] {
  const row: Insertable<Tables['nodes']> = {
    id: node.id,
    project_id: node.projectId,
    asset_id: node.assetId,
    type: node.type,
    label: node.label,
    width: node.width,
    height: node.height,
    actor_key_id: node.actorKeyId,
    created_at: node.createdAt,
  }
  return [
    { query: db.insertInto('nodes').values(row).compile() },
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
