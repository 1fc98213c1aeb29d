// The rows of leased jobs.
import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Job, JobKind, JobRecords, Lease } from '../ground/job.ts'
import type { Tables } from './tables.ts'
import type { Step, Write } from './write.ts'

type Db = Kysely<Tables>

export type JobRow = Selectable<Tables['jobs']>

/** Leases jobs that are due, each to one caller, and answers them as they are then. */
export type ClaimJobs = (lease: Lease & { now: number }, limit: number) => Promise<JobRow[]>

export const createJobRecords = (db: Db, write: Write, claim: ClaimJobs): JobRecords => ({
  add: async job => {
    await write([insertJob(db, job)])
  },
  claim: async (lease, limit) => (await claim(lease, limit)).map(jobFrom),
  due: async (now, most) => {
    const found = await dueJobs(db, now).select('run_at').orderBy('run_at').limit(most).execute()
    return { count: found.length, oldestAt: found[0]?.run_at ?? null }
  },
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
  remove: async (jobId, owner) => {
    const query = db.deleteFrom('jobs').where('id', '=', jobId).where('lease_owner', '=', owner)
    await write([{ query: query.compile() }])
  },
})

/** Those whose time has come and that nobody holds. */
export const dueJobs = (db: Db, now: number) =>
  db
    .selectFrom('jobs')
    .where('run_at', '<=', now)
    .where(eb => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))

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

/** All jobs about an asset: a retry or its end makes them pointless. */
export const removeJobsOf = (db: Db, subject: string): Step => ({
  query: db.deleteFrom('jobs').where('subject', '=', subject).compile(),
})

const jobFrom = (row: JobRow): Job => ({
  id: row.id,
  kind: row.kind as JobKind, // written by insertJob alone
  subject: row.subject,
  payload: JSON.parse(row.payload) as Record<string, string>,
  runAt: row.run_at,
  tries: row.tries,
})
