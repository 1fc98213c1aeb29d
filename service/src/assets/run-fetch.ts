// One run of a fetch: the URL's bytes through the one gate, or a reason why there are none.
import { Refusal } from '../ground/errors.ts'
import { FetchFailure } from '../ground/fetch-failure.ts'
import type { Job } from '../ground/job.ts'
import { type FailedAsset, type PendingAsset, refused } from './asset.ts'
import { assetEvent } from './asset-event.ts'
import { claimed, closed, type OpenAttempt, type ReceivedBytes, received, stagingKey } from './attempt.ts'
import { closerOf } from './connection-end.ts'
import { discard } from './discard.ts'
import { MAX_FETCHED_BYTES } from './fetch-url.ts'
import type { Ports } from './ports.ts'
import { settle } from './settle.ts'
import { stage } from './stage.ts'

type FetchPorts = Pick<
  Ports,
  'assets' | 'blobs' | 'forms' | 'media' | 'scanner' | 'looks' | 'remote' | 'policy' | 'clock' | 'ids'
>

interface Fetching {
  job: Job
  asset: PendingAsset
  attempt: OpenAttempt
  /** When this run's first byte came, and its last so far. */
  came: Pick<OpenAttempt, 'firstByteAt' | 'lastByteAt'>
}

const TRIES = 3
const TRY_MS = 30_000
const BACKOFF_MS = 2_000

/**
 * Answers when to run the job again, or undefined when nothing is left to do. Every write goes by the fence that
 * this run took, so a run that was overtaken, by a retry or another process, changes nothing.
 */
export async function runFetch(
  ports: FetchPorts,
  job: Job,
  signal: AbortSignal,
): Promise<number | undefined> {
  const fetching = await take(ports, job)
  if (fetching === undefined) return undefined
  try {
    return await finish(ports, fetching, await bring(ports, fetching, signal))
  } catch (error) {
    if (isOverQuota(error))
      return giveUp(ports, fetching, new FetchFailure(error.message, { isRetryable: false }))
    if (!(error instanceof FetchFailure)) throw error
    if (signal.aborted || (error.isRetryable && job.tries < TRIES))
      return ports.clock.now() + BACKOFF_MS * job.tries
    return giveUp(ports, fetching, error)
  }
}

/** The fetch's own attempt, claimed; undefined when the asset has gone another way meanwhile. */
async function take(ports: FetchPorts, job: Job): Promise<Fetching | undefined> {
  const upload = await ports.assets.findUpload(job.subject, Number(job.payload.attempt))
  if (upload?.asset.status !== 'pending_upload' || upload.attempt.state !== 'open') return undefined
  const attempt = claimed(upload.attempt, { now: ports.clock.now(), transport: 'url' })
  const saved = await ports.assets.save({
    attempts: [{ before: upload.attempt, after: attempt }],
    events: [],
  })
  return saved === 'saved'
    ? { job, asset: upload.asset, attempt, came: { firstByteAt: null, lastByteAt: null } }
    : undefined
}

async function bring(
  ports: FetchPorts,
  { job, attempt, came }: Fetching,
  signal: AbortSignal,
): Promise<ReceivedBytes> {
  const limits = { maxBytes: MAX_FETCHED_BYTES, timeoutMs: TRY_MS, signal }
  const bytes = await ports.remote.fetch(job.payload.url ?? '', limits)
  const onBytes = () => {
    came.lastByteAt = ports.clock.now()
    came.firstByteAt ??= came.lastByteAt
    return undefined
  }
  return stage(ports, bytes, { key: stagingKey(attempt), maxBytes: MAX_FETCHED_BYTES, onBytes })
}

/** The source URL goes with the job, in the write that settles the asset; one that changed meanwhile is looked at again. */
async function finish(
  ports: FetchPorts,
  { job, asset, attempt, came }: Fetching,
  bytes: ReceivedBytes,
): Promise<number | undefined> {
  const by = { actorKeyId: job.payload.actor_key_id ?? '' }
  const uploaded = assetEvent(ports, asset, 'asset.uploaded', {
    ...by,
    data: { size_bytes: bytes.sizeBytes },
  })
  const settled = await settle(
    ports,
    { asset, attempt: received({ ...attempt, ...came }, bytes, came.lastByteAt ?? ports.clock.now()) },
    {
      ...by,
      bytesNotCounted: bytes.sizeBytes,
      save: after =>
        ports.assets.save({
          asset: { before: asset, after: after.asset },
          attempts: [{ before: attempt, after: after.attempt }],
          node: after.node,
          events: [uploaded, after.event],
          endJobsOf: asset.id,
        }),
    },
  ).finally(() => discard(ports, bytes.key))
  return settled === undefined ? ports.clock.now() : undefined
}

const isOverQuota = (error: unknown): error is Refusal =>
  error instanceof Refusal && error.code === 'insufficient_credits'

async function giveUp(
  ports: FetchPorts,
  { job, asset, attempt, came }: Fetching,
  failure: FetchFailure,
): Promise<number | undefined> {
  const verdict = { admitted: false, code: 'fetch_failed', message: failure.message } as const
  const failed: FailedAsset = refused(asset, verdict)
  // A fetch that came to nothing may not have had a connection.
  const closedBy = came.firstByteAt === null && !failure.hasSenderLeft ? null : closerOf(failure)
  const outcome = await ports.assets.save({
    asset: { before: asset, after: failed },
    attempts: [{ before: attempt, after: closed({ ...attempt, ...came, closedBy, verdict }, 'failed') }],
    events: [
      assetEvent(ports, failed, 'asset.failed', {
        actorKeyId: job.payload.actor_key_id ?? null,
        data: { reason: failed.failureCode },
      }),
    ],
    endJobsOf: asset.id,
  })
  return outcome === 'saved' ? undefined : ports.clock.now()
}
