// The rows of leased jobs.
import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Job, JobKind, JobRecords, Lease } from '../ground/job.ts'
import type { Tables } from './tables.ts'
import type { Step, Write } from './write.ts'

type Db = Kysely<Tables>

export const createJobRecords = (db: Db, write: Write): JobRecords => ({
  add: async job => {
    await write([insertJob(db, job)])
  },
  claim: (lease, limit) => claim(db, write, lease, limit),
  renew: async (jobId, lease) => {
    const query = db
      .updateTable('jobs')
      .set({ lease_until: lease.until })
      .where('id', '=', jobId)
      .where('lease_owner', '=', lease.owner)
    return (await write([{ query: query.compile(), otherwise: 'stale' }])) === 'saved'
  },
  release: async (jobId, owner, runAt) => {
    const query = db
      .updateTable('jobs')
      .set({ run_at: runAt, lease_until: null, lease_owner: null })
      .where('id', '=', jobId)
      .where('lease_owner', '=', owner)
    await write([{ query: query.compile() }])
  },
  remove: async jobId => {
    await write([removeJob(db, jobId)])
  },
})

/** A job is made once by its id. It may be made with its first lease, by the process that begins it at once. */
export const insertJob = (db: Db, job: Job, lease?: Lease): Step => {
  const row: Insertable<Tables['jobs']> = {
    id: job.id,
    kind: job.kind,
    subject: job.subject,
    payload: JSON.stringify(job.payload),
    run_at: job.runAt,
    tries: job.tries,
    lease_until: lease?.until ?? null,
    lease_owner: lease?.owner ?? null,
  }
  return {
    query: db
      .insertInto('jobs')
      .values(row)
      .onConflict(conflict => conflict.column('id').doNothing())
      .compile(),
  }
}

export const removeJob = (db: Db, jobId: string): Step => ({
  query: db.deleteFrom('jobs').where('id', '=', jobId).compile(),
})

/** All jobs about an asset: a retry or its end makes them pointless. */
export const removeJobsOf = (db: Db, subject: string): Step => ({
  query: db.deleteFrom('jobs').where('subject', '=', subject).compile(),
})

/** Takes them by update and then reads what it took: whoever updates a row first has it. */
async function claim(
  db: Db,
  write: Write,
  { owner, until, now }: Lease & { now: number },
  limit: number,
): Promise<Job[]> {
  const due = db
    .selectFrom('jobs')
    .select('id')
    .where('run_at', '<=', now)
    .where(eb => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
    .orderBy('run_at')
    .limit(limit)
  const found = await due.execute()
  if (found.length === 0) return []
  const take = db
    .updateTable('jobs')
    .set(eb => ({ lease_until: until, lease_owner: owner, tries: eb('tries', '+', 1) }))
    .where('id', 'in', due)
  await write([{ query: take.compile() }])
  const mine = await db
    .selectFrom('jobs')
    .selectAll()
    .where('lease_owner', '=', owner)
    .where('lease_until', '=', until)
    .execute()
  return mine.map(jobFrom)
}

const jobFrom = (row: Selectable<Tables['jobs']>): Job => ({
  id: row.id,
  kind: row.kind as JobKind, // written by insertJob alone
  subject: row.subject,
  payload: JSON.parse(row.payload) as Record<string, string>,
  runAt: row.run_at,
  tries: row.tries,
})
