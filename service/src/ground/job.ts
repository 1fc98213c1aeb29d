// Work that must go on when the request that began it is over, or its process gone.

export type JobKind = 'fetch' | 'settle' | 'collect' | 'discard'

export interface Job {
  id: string
  kind: JobKind
  /** The asset it is about. */
  subject: string
  /** What the work needs and must not outlive it, such as a source URL. */
  payload: Record<string, string>
  /** Unix milliseconds; not before then. */
  runAt: number
  /** How often it has been begun. */
  tries: number
}

/** Who runs a job, and until when nobody else may. */
export interface Lease {
  owner: string
  until: number
}

/** Jobs that somebody could begin. */
export interface DueJobs {
  count: number
  /** Since when the first of them is due, in Unix milliseconds; null where there is none. */
  oldestAt: number | null
}

export interface JobRecords {
  add(job: Job): Promise<void>
  /** Takes up to `limit` due jobs whose lease is over, counting a try on each. */
  claim(lease: Lease & { now: number }, limit: number): Promise<Job[]>
  /** What `claim` would find; of more than `most` only so many are counted. */
  due(now: number, most: number): Promise<DueJobs>
  /** Keeps a job for longer; false when it is no longer this owner's, or gone. */
  renew(jobId: string, lease: Lease): Promise<boolean>
  /** Gives a job back to be run at `runAt`. */
  release(jobId: string, owner: string, runAt: number): Promise<void>
  /** Ends a job that this owner has; one that another has taken, or that was left anew under its id, stays. */
  remove(jobId: string, owner: string): Promise<void>
}
