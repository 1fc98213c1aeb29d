// The runner of leased jobs: a few at a time, each kept by its lease while it runs.
import type { Background } from '../assets/ports.ts'
import type { Clock } from '../ground/clock.ts'
import type { Job, JobKind, JobRecords } from '../ground/job.ts'

/**
 * Carries out one job; the signal aborts when the job is no longer ours. Answers when to run it again, or undefined
 * when it is done.
 */
export type RunJob = (job: Job, signal: AbortSignal) => Promise<number | undefined>

export interface BackgroundOptions {
  /** Names this process in the leases it holds. */
  owner: string
  /** Whether jobs are looked for that are due, whoever left them; else only those run that this process begins. */
  isPolling: boolean
  run: Record<JobKind, RunJob>
  onError: (error: unknown, job: Job | undefined) => void
}

type RunnerPorts = { jobs: JobRecords; clock: Clock }

export const JOB_LEASE_MS = 60_000
const RENEW_MS = JOB_LEASE_MS / 4
const POLL_MS = 1_000
const AT_ONCE = 4
const AFTER_ERROR_MS = 5_000

/** Begins at once, unless it is not to look for jobs at all. */
export function openBackground(
  ports: RunnerPorts,
  options: BackgroundOptions,
): Background & { close(): Promise<void> } {
  const stop = new AbortController()
  const running = new Set<Promise<void>>()
  const begin = (job: Job): Promise<void> => {
    const run = runLeased(ports, options, job, stop.signal).finally(() => running.delete(run))
    running.add(run)
    return run
  }
  const poll = async () => {
    while (!stop.signal.aborted) {
      await claimDue(ports, options, AT_ONCE - running.size).then(
        jobs => jobs.forEach(job => void begin(job)),
        error => options.onError(error, undefined),
      )
      await ports.clock.delay(POLL_MS, stop.signal).catch(() => undefined)
    }
  }
  const polling = options.isPolling ? poll() : Promise.resolve()
  return {
    lease: () => ({ owner: options.owner, until: ports.clock.now() + JOB_LEASE_MS }),
    runNow: begin,
    add: ports.jobs.add,
    close: async () => {
      stop.abort()
      await polling
      await Promise.allSettled(running)
    },
  }
}

const claimDue = async (ports: RunnerPorts, { owner }: BackgroundOptions, limit: number): Promise<Job[]> => {
  const now = ports.clock.now()
  return limit <= 0 ? [] : ports.jobs.claim({ owner, until: now + JOB_LEASE_MS, now }, limit)
}

/** Never throws: a job that fails for a reason of ours is given back and run again later. */
async function runLeased(
  ports: RunnerPorts,
  options: BackgroundOptions,
  job: Job,
  stop: AbortSignal,
): Promise<void> {
  const lost = new AbortController()
  const over = new AbortController()
  const keeping = keepLease(ports, options, job, { lost, over: over.signal })
  try {
    const runAgainAt = await options.run[job.kind](job, AbortSignal.any([stop, lost.signal]))
    if (runAgainAt === undefined) await ports.jobs.remove(job.id, options.owner)
    else await ports.jobs.release(job.id, options.owner, runAgainAt)
  } catch (error) {
    if (!stop.aborted && !lost.signal.aborted) options.onError(error, job)
    const runAt = ports.clock.now() + (stop.aborted ? 0 : AFTER_ERROR_MS)
    await ports.jobs.release(job.id, options.owner, runAt).catch(() => undefined) // else its lease runs out
  } finally {
    over.abort()
    await keeping
  }
}

async function keepLease(
  ports: RunnerPorts,
  { owner }: BackgroundOptions,
  job: Job,
  signals: { lost: AbortController; over: AbortSignal },
): Promise<void> {
  while (!signals.over.aborted) {
    await ports.clock.delay(RENEW_MS, signals.over).catch(() => undefined)
    if (signals.over.aborted) return
    const until = ports.clock.now() + JOB_LEASE_MS
    const isOurs = await ports.jobs.renew(job.id, { owner, until }).catch(() => true)
    if (!isOurs) return signals.lost.abort()
  }
}
