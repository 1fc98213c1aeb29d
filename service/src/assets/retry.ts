// Retrying an upload: fresh instructions for the same asset and URL; the old ones are dead.
import type { Actor } from '../ground/actor.ts'
import { conflict } from '../ground/errors.ts'
import { answered, type RequestClaim } from '../ground/request-record.ts'
import { reopened } from './asset.ts'
import { assetEvent } from './asset-event.ts'
import { type Attempt, closed, type OpenAttempt } from './attempt.ts'
import { overtaken } from './claim.ts'
import { discardBytesOf } from './discard.ts'
import { findOwnUpload } from './find.ts'
import { newAttempt } from './new-asset.ts'
import type { Ports, Upload } from './ports.ts'
import { mayOpen } from './quota.ts'
import { type Fault, scripted } from './scripted-fault.ts'
import { stopUpload } from './under-way.ts'

type RetryPorts = Pick<Ports, 'assets' | 'blobs' | 'forms' | 'uploads' | 'clock' | 'ids' | 'policy'>

const TRIES = 10

export interface Retry {
  assetId: string
  request?: RequestClaim | undefined
  fault?: Fault | undefined
}

/**
 * Answers the pending asset with its new attempt, or undefined when a request with the same idempotency key was
 * first. Throws `conflict` for an asset that is ready, and where the old attempt is over and makes no room for the
 * new one, what `mayOpen` throws.
 */
export async function retry(
  ports: RetryPorts,
  actor: Actor,
  { assetId, request, fault }: Retry,
): Promise<Upload | undefined> {
  for (let n = 0; n < TRIES; n++) {
    const { asset, attempt } = await findStill(ports, actor, assetId)
    if (asset.status === 'ready')
      throw conflict('This asset is ready and needs no retry: use its url, or create another asset.', false)
    if (attempt.state !== 'open' && attempt.state !== 'received')
      await mayOpen(ports, asset.workspaceId, asset.declaredSize ?? 0)
    const pending = reopened(asset)
    const next = carrying(scripted(newAttempt(ports, pending), fault), attempt)
    const outcome = await ports.assets.save({
      asset: { before: asset, after: pending },
      attempts: [...supersede(attempt), { after: next }],
      endJobsOf: asset.id,
      events: [assetEvent(ports, pending, 'asset.retried', { actorKeyId: actor.keyId })],
      request: answered(request, asset.id, next.n),
    })
    if (outcome === 'already_answered') return undefined
    if (outcome !== 'saved') continue
    await discardBytesOf(ports, { ...attempt, partial: null })
    return { asset: pending, attempt: next }
  }
  throw conflict('This asset is being retried or completed by others at once: try again.', true)
}

/** An upload that this process has under way stops first, so that all it brought is carried on. */
async function findStill(ports: RetryPorts, actor: Actor, assetId: string): Promise<Upload> {
  const upload = await findOwnUpload(ports, actor, assetId)
  const wasUnderWay = await stopUpload(ports, { assetId, attempt: upload.attempt.n }, overtaken())
  return wasUnderWay ? findOwnUpload(ports, actor, assetId) : upload
}

/** What has arrived of a resumable upload goes along; so does a hold that was not given up, for its holder may live. */
const carrying = (next: OpenAttempt, { partial, leaseUntil }: Attempt): OpenAttempt =>
  partial === null || partial.sizeBytes === 0 ? next : { ...next, partial, leaseUntil }

const supersede = (attempt: Attempt) =>
  attempt.state === 'open' || attempt.state === 'received'
    ? [{ before: attempt, after: closed(attempt, 'superseded') }]
    : []
