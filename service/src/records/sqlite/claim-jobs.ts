// Taking jobs on SQLite: by update, then reading what was taken, for whoever updates a row first has it.
import type { Kysely } from 'kysely'
import { type ClaimJobs, dueJobs } from '../job-records.ts'
import type { Tables } from '../tables.ts'
import type { Write } from '../write.ts'

export const createClaim =
  (db: Kysely<Tables>, write: Write): ClaimJobs =>
  async ({ owner, until, now }, limit) => {
    const due = dueJobs(db, now).select('id')
    const found = (await due.orderBy('run_at').limit(limit).execute()).map(({ id }) => id)
    if (found.length === 0) return []
    const take = db
      .updateTable('jobs')
      .set(eb => ({ lease_until: until, lease_owner: owner, tries: eb('tries', '+', 1) }))
      .where('id', 'in', due.where('id', 'in', found))
    await write([{ query: take.compile() }])
    return db
      .selectFrom('jobs')
      .selectAll()
      .where('id', 'in', found)
      .where('lease_owner', '=', owner)
      .where('lease_until', '=', until)
      .execute()
  }
