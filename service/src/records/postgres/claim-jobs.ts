// Taking jobs on PostgreSQL, past those that another is just taking.
import { type Kysely, sql } from 'kysely'
import type { ClaimJobs, JobRow } from '../job-records.ts'
import type { Tables } from '../tables.ts'

/** One statement: it is written when it is answered. */
export const createClaim =
  (db: Kysely<Tables>): ClaimJobs =>
  async ({ owner, until, now }, limit) => {
    const { rows } = await sql<JobRow>`update jobs
      set lease_until = ${until}, lease_owner = ${owner}, tries = tries + 1
      where id in (
        select id from jobs where run_at <= ${now} and (lease_until is null or lease_until <= ${now})
        order by run_at, ordinal limit ${limit} for update skip locked
      )
      returning *`.execute(db)
    return rows
  }
