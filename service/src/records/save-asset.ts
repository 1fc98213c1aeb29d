// The one write of an asset's change, or of several, as steps.
import { type Insertable, type Kysely, sql, type Updateable } from 'kysely'
import type { AssetEvent } from '../assets/asset-event.ts'
import type { Attempt } from '../assets/attempt.ts'
import type { PlacedNode } from '../assets/placement.ts'
import type { AssetChange } from '../assets/ports.ts'
import { assetRow } from './asset-rows.ts'
import { attemptRow } from './attempt-rows.ts'
import { createCountSteps } from './count-steps.ts'
import type { EventLog } from './event-records.ts'
import { insertJob, removeJobsOf } from './job-records.ts'
import { prepared } from './prepared.ts'
import { removalSteps } from './removal-steps.ts'
import { createRemember } from './request-records.ts'
import type { Tables } from './tables.ts'
import type { Step } from './write.ts'

type Db = Kysely<Tables>

/**
 * The order matters: what can stop the write comes first, and every write takes its rows in the same order, so that two
 * never wait for each other. Counters, which all writes of a workspace share, are held for the shortest time.
 */
export function createSteps(db: Db, log: EventLog): (...changes: AssetChange[]) => Step[] {
  const rememberRequest = createRemember(db)
  const assetStep = createAssetStep(db)
  const attemptStep = createAttemptStep(db)
  const eventStep = createEventStep(db, log)
  const countSteps = createCountSteps(db)
  return (...changes) => {
    const all = <T>(part: (change: AssetChange) => T[]): T[] => changes.flatMap(part)
    return [
      ...all(({ request }) => (request ? [rememberRequest(request)] : [])),
      ...all(({ asset }) => (asset ? [assetStep(asset)] : [])),
      ...all(({ attempts = [] }) => attempts.map(attemptStep)),
      ...all(({ remove }) => (remove ? removalSteps(db, remove) : [])),
      ...all(({ node }) => (node ? nodeSteps(db, node) : [])),
      ...all(({ endJobsOf }) => (endJobsOf ? [removeJobsOf(db, endJobsOf)] : [])),
      ...all(({ job }) => (job ? [insertJob(db, job.begin, job.lease)] : [])),
      ...all(({ events }) => events.map(eventStep)),
      ...all(countSteps),
    ]
  }
}

function createAssetStep(db: Db): (change: NonNullable<AssetChange['asset']>) => Step {
  const insert = prepared((row: Insertable<Tables['assets']>) =>
    db.insertInto('assets').values(row).compile(),
  )
  const update = prepared(
    ({ set, where }: { set: Updateable<Tables['assets']>; where: { id: string; version: number } }) =>
      db
        .updateTable('assets')
        .set(set)
        .where('id', '=', where.id)
        .where('version', '=', where.version)
        .compile(),
  )
  return ({ before, after }) => {
    if (before === undefined) return { query: insert(assetRow(after)) }
    const set = changed(assetRow(before), assetRow(after))
    return { query: update({ set, where: { id: before.id, version: before.version } }), otherwise: 'stale' }
  }
}

function createAttemptStep(db: Db): (change: { before?: Attempt; after: Attempt }) => Step {
  const insert = prepared((row: Insertable<Tables['attempts']>) =>
    db.insertInto('attempts').values(row).compile(),
  )
  const update = prepared(({ set, where }: { set: Updateable<Tables['attempts']>; where: AttemptPlace }) =>
    db
      .updateTable('attempts')
      .set(set)
      .where('asset_id', '=', where.assetId)
      .where('n', '=', where.n)
      .where('state', '=', where.state)
      .where('fence', '=', where.fence)
      .where('partial_bytes', 'is not distinct from', where.partialBytes)
      .compile(),
  )
  return ({ before, after }) => {
    if (before === undefined) return { query: insert(attemptRow(after)) }
    const { assetId, n, state, fence, partial } = before
    const where = { assetId, n, state, fence, partialBytes: partial?.sizeBytes ?? null }
    return {
      query: update({ set: changed(attemptRow(before), attemptRow(after)), where }),
      otherwise: 'stale',
    }
  }
}

interface AttemptPlace {
  assetId: string
  n: number
  state: string
  fence: number
  partialBytes: number | null
}

/**
 * Only what differs is set, for each column that is named costs its indexes an entry. Of two rows that are the same one
 * column remains, so that the row is looked for all the same.
 */
function changed<R extends object>(before: R, after: R): Partial<R> {
  const old = new Map(Object.entries(before))
  const entries = Object.entries(after)
  const differing = entries.filter(([column, value]) => old.get(column) !== value)
  return Object.fromEntries(differing.length === 0 ? entries.slice(0, 1) : differing) as Partial<R> // of its columns
}

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

function createEventStep(db: Db, { nextSeq }: EventLog): (event: AssetEvent) => Step {
  const insert = prepared((row: Insertable<Tables['events']>) =>
    db
      .insertInto('events')
      .values({ ...row, ...(nextSeq ? { seq: nextSeq(row.workspace_id) } : {}) })
      .compile(),
  )
  return event => ({
    query: insert({
      id: event.id,
      workspace_id: event.workspaceId,
      type: event.type,
      asset_id: event.assetId,
      attempt: event.attempt,
      actor_key_id: event.actorKeyId,
      data: JSON.stringify(event.data),
      at: event.at,
    }),
  })
}
