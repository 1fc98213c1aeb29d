// Settling an upload whose bytes are whole: admitted and published, or refused with a reason.
import type { SaveOutcome } from '../ground/save-outcome.ts'
import { admit, type Verdict } from './admit.ts'
import { type FailedAsset, type PendingAsset, published, type ReadyAsset, refused } from './asset.ts'
import { type AssetEvent, assetEvent } from './asset-event.ts'
import { type ClosedAttempt, closed, type ReceivedAttempt } from './attempt.ts'
import { type PlacedNode, placed } from './placement.ts'
import type { Ports } from './ports.ts'

export type SettlePorts = Pick<Ports, 'assets' | 'blobs' | 'media' | 'clock' | 'ids'>

export interface Unsettled {
  asset: PendingAsset
  attempt: ReceivedAttempt
}

/** What the bytes made of the asset; `save` writes it, all at once. */
export interface Settled {
  asset: ReadyAsset | FailedAsset
  attempt: ClosedAttempt
  node: PlacedNode | undefined
  event: AssetEvent
}

/**
 * Looks at the bytes and has `save` write what they are worth. Answers undefined when another writer was first.
 * Admitted bytes get a fresh media key of their own, so the loser of a race removes only what is its own.
 */
export async function settle(
  ports: SettlePorts,
  upload: Unsettled,
  write: { actorKeyId: string; save: (settled: Settled) => Promise<SaveOutcome> },
): Promise<Settled | undefined> {
  const verdict = await admit(ports, upload.attempt.received, upload.asset)
  const blobKey = freshMediaKey(ports)
  if (verdict.admitted) await ports.blobs.promote(upload.attempt.received.key, blobKey)
  const settled = decide(ports, upload, { verdict, blobKey, actorKeyId: write.actorKeyId })
  const outcome = await write.save(settled)
  if (outcome === 'saved') {
    await ports.blobs.remove(upload.attempt.received.key)
    return settled
  }
  if (verdict.admitted) await ports.blobs.remove(blobKey)
  return undefined
}

/** A media key is spread over 256 folders by its first two hex digits. */
function freshMediaKey(ports: SettlePorts): string {
  const token = Buffer.from(ports.ids.token(), 'base64url').toString('hex')
  return `media/${token.slice(0, 2)}/${token}`
}

function decide(
  ports: SettlePorts,
  { asset, attempt }: Unsettled,
  found: { verdict: Verdict; blobKey: string; actorKeyId: string },
): Settled {
  const { verdict, actorKeyId } = found
  if (!verdict.admitted) {
    const failed = refused(asset, verdict)
    return {
      asset: failed,
      attempt: closed(attempt, 'failed'),
      node: undefined,
      event: assetEvent(ports, failed, 'asset.failed', { actorKeyId, data: { reason: verdict.code } }),
    }
  }
  const ready = published(asset, verdict, { blobKey: found.blobKey, now: ports.clock.now() })
  return {
    asset: ready,
    attempt: closed(attempt, 'won'),
    node:
      asset.projectId === null ? undefined : placed(ports, ready, { projectId: asset.projectId, actorKeyId }),
    event: assetEvent(ports, ready, 'asset.ready', { actorKeyId, data: { sha256: ready.sha256 } }),
  }
}
