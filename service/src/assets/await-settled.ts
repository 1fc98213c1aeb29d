// An asset as it is once it has left `pending_upload`, or when the wait is over.
import type { Actor } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import { watchGrowth } from '../ground/growth.ts'
import type { News } from '../ground/news.ts'
import type { Asset } from './asset.ts'
import { findAsset } from './find.ts'
import type { AssetRecords } from './ports.ts'

/** Should the news be cut off, the row is looked at again after so long. */
const LOOK_AGAIN_MS = 5_000
/** However much happens in the workspace, the row is looked at no more often. */
const LOOK_AT_MOST_EVERY_MS = 50

/** Throws `not_found` also for one that is deleted meanwhile. */
export async function awaitSettled(
  ports: { assets: AssetRecords; news: News; clock: Clock },
  actor: Actor,
  { assetId, waitMs, signal }: { assetId: string; waitMs: number; signal: AbortSignal },
): Promise<Asset> {
  const deadline = ports.clock.now() + waitMs
  const growth = watchGrowth(ports.news, actor.workspaceId, signal)
  try {
    for (;;) {
      const asset = await findAsset(ports, actor, assetId)
      const leftMs = deadline - ports.clock.now()
      if (asset.status !== 'pending_upload' || leftMs <= 0 || signal.aborted) return asset
      await growth.next(Math.min(leftMs, LOOK_AGAIN_MS))
      await ports.clock.delay(Math.min(leftMs, LOOK_AT_MOST_EVERY_MS), signal).catch(() => undefined)
    }
  } finally {
    growth.end()
  }
}
