// The rows of servers that say they are alive.
import { type Kysely, type Selectable, sql } from 'kysely'
import type { ServerRecords } from '../servers/ports.ts'
import type { Server } from '../servers/server.ts'
import type { Tables } from './tables.ts'
import type { Step, Write } from './write.ts'

type Db = Kysely<Tables>

/** `alone` are steps that keep other servers out of the same write, where the database needs any. */
export const createServerRecords = (db: Db, write: Write, alone: Step[] = []): ServerRecords => ({
  saveAlive: async (server, now) => {
    const outcome = await write([
      ...alone,
      forgetDead(db, server.id, now),
      upsertUnlessElsewhere(db, server, now),
    ])
    return outcome === 'saved' ? 'saved' : 'stale'
  },
  remove: async serverId => {
    await write([{ query: db.deleteFrom('servers').where('id', '=', serverId).compile() }])
  },
  listAlive: now => listAlive(db, now),
})

export async function listAlive(db: Db, now: number): Promise<Server[]> {
  const alive = db.selectFrom('servers').selectAll().where('alive_until', '>', now)
  return (await alive.orderBy('started_at').orderBy('id').execute()).map(serverFrom)
}

const forgetDead = (db: Db, serverId: string, now: number): Step => ({
  query: db.deleteFrom('servers').where('id', '!=', serverId).where('alive_until', '<=', now).compile(),
})

/** One that was silent for so long that others have forgotten it comes back as it was. */
const upsertUnlessElsewhere = (db: Db, { id, store, startedAt, aliveUntil }: Server, now: number): Step => ({
  query: sql`insert into servers (id, store, started_at, alive_until)
    select ${id}, ${store}, ${startedAt}, ${aliveUntil}
    where not exists (select 1 from servers where store <> ${store} and alive_until > ${now})
    on conflict (id) do update set alive_until = excluded.alive_until`.compile(db),
  otherwise: 'stale',
})

const serverFrom = (row: Selectable<Tables['servers']>): Server => ({
  id: row.id,
  store: row.store,
  startedAt: row.started_at,
  aliveUntil: row.alive_until,
})
