// All that is known of an asset's way: each of its attempts, what to do about it, and the events between them.
import type { Actor } from '../ground/actor.ts'
import type { Asset } from './asset.ts'
import type { AssetEvent } from './asset-event.ts'
import type { Attempt } from './attempt.ts'
import { cureOf } from './cures.ts'
import { findAsset } from './find.ts'
import type { Ports } from './ports.ts'

/** As many attempts, and as many events, are told of one asset: the newest. */
const MAX_TOLD = 1000

export interface ToldAttempt {
  attempt: Attempt
  /** What to do about it; null where nothing is. */
  cure: string | null
}

/** Both oldest first. */
export interface Timeline {
  asset: Asset
  attempts: ToldAttempt[]
  events: AssetEvent[]
}

/** Refused like `findAsset`. */
export async function timeline(
  ports: Pick<Ports, 'assets' | 'clock'>,
  actor: Actor,
  assetId: string,
): Promise<Timeline> {
  const asset = await findAsset(ports, actor, assetId)
  const { attempts, events } = await ports.assets.history(assetId, MAX_TOLD)
  const now = ports.clock.now()
  return { asset, attempts: attempts.map(attempt => ({ attempt, cure: cureOf(attempt, now) })), events }
}
