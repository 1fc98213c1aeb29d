// Deleting an asset, in whatever state: the row goes at once, its bytes right after.
import type { Actor } from '../ground/actor.ts'
import { conflict, pinned } from '../ground/errors.ts'
import type { Job } from '../ground/job.ts'
import { answered, type RequestClaim, type RequestRecord } from '../ground/request-record.ts'
import type { SaveOutcome } from '../ground/save-outcome.ts'
import { assetEvent } from './asset-event.ts'
import { formKey } from './attempt.ts'
import { overtaken } from './claim.ts'
import { mayHavePosted, unfinishedKey } from './discard.ts'
import { findOwnUpload } from './find.ts'
import type { Ports, Upload } from './ports.ts'
import { stopUpload } from './under-way.ts'

export type DeletePorts = Pick<Ports, 'assets' | 'forms' | 'uploads' | 'background' | 'clock' | 'ids'>

const TRIES = 10

/**
 * Answers once the asset is gone for everyone; undefined when a request with the same idempotency key was first. What
 * is under way for it finds its row gone. Nodes stay on their canvas with their label. Throws `conflict` for one that is
 * pinned.
 */
export async function deleteAsset(
  ports: DeletePorts,
  actor: Actor,
  { assetId, request }: { assetId: string; request?: RequestClaim | undefined },
): Promise<true | undefined> {
  for (let n = 0; n < TRIES; n++) {
    const upload = await findOwnUpload(ports, actor, assetId)
    if (upload.asset.retention === 'pinned') throw pinned()
    const { outcome, discarded } = await removeUpload(ports, upload, {
      actorKeyId: actor.keyId,
      request: answered(request, assetId),
    })
    if (outcome === 'already_answered') return undefined
    if (outcome !== 'saved') continue
    void discarded // nothing can reach the bytes: nobody waits for their end
    return true
  }
  throw conflict('This asset is being changed by others at once: try again.', true)
}

/** Removes the asset as it was found: `stale` where it, or its attempt, is another since. */
export async function removeUpload(
  ports: DeletePorts,
  upload: Upload,
  why: { actorKeyId: string | null; reason?: string; request?: RequestRecord | undefined },
): Promise<Removal> {
  const { asset, attempt } = upload
  const job = discardJob(ports, upload)
  const { actorKeyId, reason, request } = why
  const data = { status: asset.status, ...(reason !== undefined && { reason }) }
  const outcome = await ports.assets.save({
    remove: upload,
    endJobsOf: asset.id,
    job: job && { begin: job, lease: ports.background.lease() },
    events: [assetEvent(ports, asset, 'asset.deleted', { actorKeyId, data })],
    request,
  })
  if (outcome !== 'saved') return { outcome, discarded: Promise.resolve() }
  void stopUpload(ports, { assetId: asset.id, attempt: attempt.n }, overtaken())
  return { outcome, discarded: job === undefined ? Promise.resolve() : ports.background.runNow(job) }
}

interface Removal {
  outcome: SaveOutcome
  /** Resolves when the bytes are gone, or left to whoever runs their job again. */
  discarded: Promise<void>
}

/** The files that the rows name; those of an upload under way are removed by that upload, when it finds no row. */
const filesOf = (ports: DeletePorts, { asset, attempt }: Upload): string[] => [
  ...(asset.status === 'ready' ? [asset.blobKey] : []),
  ...(attempt.state === 'received' ? [attempt.received.key] : []),
  ...(mayHavePosted(ports, attempt) ? [formKey(attempt)] : []),
  ...(attempt.partial === null ? [] : [unfinishedKey(attempt.partial.key), attempt.partial.key]),
]

/** Written with the removal of the row, so that the bytes go even if this process ends. */
function discardJob(ports: DeletePorts, upload: Upload): Job | undefined {
  const keys = filesOf(ports, upload)
  if (keys.length === 0) return undefined
  return {
    id: ports.ids.id('job'),
    kind: 'discard',
    subject: upload.asset.id,
    payload: { keys: JSON.stringify(keys) },
    runAt: ports.clock.now(),
    tries: 1,
  }
}
