// Keeping an asset for longer, for shorter, or for good.
import type { Maker } from '../ground/actor.ts'
import { conflict } from '../ground/errors.ts'
import { answered, type RequestClaim } from '../ground/request-record.ts'
import { type Asset, retained } from './asset.ts'
import { assetEvent } from './asset-event.ts'
import { findAsset } from './find.ts'
import type { Ports } from './ports.ts'
import { keepingOf, keptSince, type SaidOfRetention } from './retention.ts'

const TRIES = 10

/**
 * Answers the asset as it is kept from now on, in whatever state; undefined when a request with the same idempotency key
 * was first.
 */
export async function changeRetention(
  ports: Pick<Ports, 'assets' | 'clock' | 'ids'>,
  actor: Maker,
  { assetId, said, request }: { assetId: string; said: SaidOfRetention; request?: RequestClaim | undefined },
): Promise<Asset | undefined> {
  const keeping = keepingOf(said, actor.mode)
  for (let n = 0; n < TRIES; n++) {
    const before = await findAsset(ports, actor, assetId)
    const kept = keptSince(keeping, { now: ports.clock.now(), createdAt: before.createdAt })
    const after = retained(before, kept)
    const outcome = await ports.assets.save({
      asset: { before, after },
      events: [
        assetEvent(ports, after, 'asset.updated', {
          actorKeyId: actor.keyId,
          data: { retention: kept.retention, delete_after: kept.deleteAfter },
        }),
      ],
      request: answered(request, assetId),
    })
    if (outcome === 'already_answered') return undefined
    if (outcome === 'saved') return after
  }
  throw conflict('This asset is being changed by others at once: try again.', true)
}
