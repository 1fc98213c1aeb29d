// Deleting an asset, in whatever state: the row goes at once, its bytes right after.
import type { Actor } from '../ground/actor.ts'
import { conflict } from '../ground/errors.ts'
import type { Job } from '../ground/job.ts'
import { answered, type RequestClaim } from '../ground/request-record.ts'
import { assetEvent } from './asset-event.ts'
import { formKey } from './attempt.ts'
import { overtaken } from './claim.ts'
import { mayHavePosted, unfinishedKey } from './discard.ts'
import { findOwnUpload } from './find.ts'
import type { Ports, Upload } from './ports.ts'
import { stopUpload } from './under-way.ts'

type DeletePorts = Pick<Ports, 'assets' | 'forms' | 'uploads' | 'background' | 'clock' | 'ids'>

const TRIES = 10

/**
 * Answers once the asset is gone for everyone; undefined when a request with the same idempotency key was first. What
 * is under way for it finds its row gone. Nodes stay on their canvas with their label.
 */
export async function deleteAsset(
  ports: DeletePorts,
  actor: Actor,
  { assetId, request }: { assetId: string; request?: RequestClaim | undefined },
): Promise<true | undefined> {
  for (let n = 0; n < TRIES; n++) {
    const upload = await findOwnUpload(ports, actor, assetId)
    const job = discardJob(ports, upload)
    const outcome = await ports.assets.save({
      remove: upload,
      endJobsOf: assetId,
      job: job && { begin: job, lease: ports.background.lease() },
      events: [
        assetEvent(ports, upload.asset, 'asset.deleted', {
          actorKeyId: actor.keyId,
          data: { status: upload.asset.status },
        }),
      ],
      request: answered(request, assetId),
    })
    if (outcome === 'already_answered') return undefined
    if (outcome !== 'saved') continue
    void stopUpload(ports, { assetId, attempt: upload.attempt.n }, overtaken())
    if (job !== undefined) void ports.background.runNow(job) // nothing can reach the bytes: nobody waits for their end
    return true
  }
  throw conflict('This asset is being changed by others at once: try again.', true)
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
