// The log of events: what all databases share.
import { type Expression, type Kysely, type Selectable, sql } from 'kysely'
import type { LoggedEvent } from '../events/event.ts'
import type { EventRecords } from '../events/ports.ts'
import type { Grown } from '../ground/news.ts'
import { prepared } from './prepared.ts'
import type { Read } from './read.ts'
import type { Tables } from './tables.ts'
import type { Write } from './write.ts'

type Db = Kysely<Tables>

/** How a database's writers leave events in the log. */
export interface EventLog {
  /** The next number of a workspace's log, where whoever writes an event numbers it. */
  nextSeq?: (workspaceId: string) => Expression<number>
  /** To be called when events of these workspaces were committed. */
  written(workspaceIds: string[]): void
}

/** What each database does its own way. */
export interface EventKeeping {
  number?(): Promise<Grown>
  watch(onGrown: (grown: Grown) => void): () => void
}

export const createEventRecords = (
  { db, read, write }: { db: Db; read: Read; write: Write },
  keeping: EventKeeping,
): EventRecords => ({
  ...createReading(db, read),
  ...keeping,
  forget: (before, limit) => forget(db, write, { before, limit }),
})

function createReading(db: Db, read: Read): Pick<EventRecords, 'list' | 'bounds'> {
  const ends = prepared(({ workspaceId }: { workspaceId: string }) => {
    const end = (direction: 'asc' | 'desc') =>
      db
        .selectFrom('events')
        .select('seq')
        .where('workspace_id', '=', workspaceId)
        .where('seq', 'is not', null)
        .orderBy('seq', direction)
        .limit(1)
    return db.selectNoFrom([end('asc').as('oldest'), end('desc').as('newest')]).compile()
  })
  const page = prepared((given: { workspaceId: string; after: number; limit: number }) =>
    numbered(db, given).limit(given.limit).compile(),
  )
  const bounds: EventRecords['bounds'] = async workspaceId => {
    const [row] = await read(ends({ workspaceId }))
    return { oldest: row?.oldest ?? 0, newest: row?.newest ?? 0 }
  }
  return {
    bounds,
    list: async (workspaceId, { after, limit, types }) => {
      // First, so that what is numbered meanwhile is left to the next page.
      const { newest } = types === undefined ? { newest: after } : await bounds(workspaceId)
      const rows = await read(
        types === undefined
          ? page({ workspaceId, after, limit })
          : numbered(db, { workspaceId, after }).where('type', 'in', types).limit(limit).compile(),
      )
      const events = rows.map(eventFrom)
      const last = events.at(-1)?.seq ?? after
      return { events, upTo: events.length < limit ? Math.max(last, newest) : last }
    },
  }
}

const numbered = (db: Db, { workspaceId, after }: { workspaceId: string; after: number }) =>
  db
    .selectFrom('events')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('seq', '>', after)
    .orderBy('seq')

const eventFrom = (row: Selectable<Tables['events']>): LoggedEvent => ({
  seq: row.seq ?? 0, // it was asked for by its number
  id: row.id,
  workspaceId: row.workspace_id,
  type: row.type,
  assetId: row.asset_id,
  attempt: row.attempt,
  actorKeyId: row.actor_key_id,
  data: JSON.parse(row.data), // written by save-asset alone
  at: row.at,
})

async function forget(
  db: Db,
  write: Write,
  { before, limit }: { before: number; limit: number },
): Promise<number> {
  const old = await db
    .selectFrom('events')
    .select('ordinal')
    .where('at', '<=', before)
    .where(
      sql<boolean>`seq < (select max(newest.seq) from events as newest where newest.workspace_id = events.workspace_id)`,
    )
    .orderBy('at')
    .limit(limit)
    .execute()
  if (old.length === 0) return 0
  const ordinals = old.map(({ ordinal }) => ordinal)
  await write([{ query: db.deleteFrom('events').where('ordinal', 'in', ordinals).compile() }])
  return ordinals.length
}
