// The event log on PostgreSQL: writers leave events without a number, and one node at a time numbers what is committed.
import { type Kysely, sql } from 'kysely'
import type { Grown } from '../../ground/news.ts'
import type { EventKeeping, EventLog } from '../event-records.ts'
import type { Tables } from '../tables.ts'
import type { Connections } from './connections.ts'
import { openListener } from './listener.ts'
import { isAnswer, translated } from './trouble.ts'

/** Any number that no other program takes for its own. */
const NUMBERING = 4_736_251_873
const BATCH = 2000
const CHANNEL = 'herbarium_events'
/** What a notification can name of workspaces; of more it says nothing, and all are looked at. */
const MOST_NAMED = 100

export function createEventLog(
  db: Kysely<Tables>,
  connections: Connections,
  url: string,
): EventLog & EventKeeping & { close(): Promise<void> } {
  const watching = new Set<(grown: Grown) => void>()
  const tell = (grown: Grown) => {
    for (const onGrown of watching) onGrown(grown)
  }
  let listener: { close(): Promise<void> } | undefined
  return {
    // What was committed is not in the log yet: the empty news only wake whoever numbers.
    written: () => tell([]),
    number: () => numberAll(db, connections),
    watch: onGrown => {
      watching.add(onGrown)
      listener ??= openListener(url, CHANNEL, payload => tell(payload === '' ? 'all' : payload.split(' ')))
      return () => watching.delete(onGrown)
    },
    close: async () => listener?.close(),
  }
}

async function numberAll(db: Kysely<Tables>, connections: Connections): Promise<string[]> {
  const grown = new Set<string>()
  for (;;) {
    const { rows } = await sql<{ any: boolean }>`
      select exists (select 1 from events where seq is null) as any`.execute(db)
    if (rows[0]?.any !== true) return [...grown]
    for (const workspaceId of await numberSome(connections)) grown.add(workspaceId)
  }
}

/**
 * The lock comes before the look, in a statement of its own: what is seen then is everything that was committed before.
 * Of one asset's changes each waits for the commit of the one before it, so they have their ordinals in that order, and
 * a later one is never seen without an earlier.
 */
async function numberSome(connections: Connections): Promise<string[]> {
  const client = await connections.lend()
  const sent = [
    client.query('begin'),
    client.query('select pg_advisory_xact_lock($1)', [NUMBERING]),
    client.query<{ workspace_id: string }>(NUMBER, [BATCH, CHANNEL, MOST_NAMED]),
    client.query('commit'),
  ] as const
  try {
    await Promise.allSettled(sent)
    const [, , numbered] = await Promise.all(sent)
    client.release()
    return numbered.rows.map(row => row.workspace_id)
  } catch (error) {
    if (isAnswer(error)) client.release()
    else connections.abandon(client)
    throw translated(error)
  }
}

/** Whoever listens is told at the commit which logs have grown. */
const NUMBER = `
  with unnumbered as (
    select ordinal, workspace_id from events where seq is null order by ordinal limit $1
  ), placed as (
    select ordinal, workspace_id, row_number() over (partition by workspace_id order by ordinal) as place from unnumbered
  ), heads as (
    select workspace_id, (
      select coalesce(max(old.seq), 0) from events as old where old.workspace_id = one.workspace_id and old.seq is not null
    ) as head from (select distinct workspace_id from placed) as one
  ), numbered as (
    update events set seq = heads.head + placed.place from placed join heads using (workspace_id)
    where events.ordinal = placed.ordinal returning events.workspace_id
  ), grown as (
    select distinct workspace_id from numbered
  ), told as (
    select pg_notify($2, case when count(*) > $3 then '' else string_agg(workspace_id, ' ') end) from grown having count(*) > 0
  )
  select workspace_id from grown cross join told`
