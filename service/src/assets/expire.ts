// Closing attempts whose time is over; the asset stays pending and can be retried.
import { assetEvent } from './asset-event.ts'
import { closed } from './attempt.ts'
import { discardBytesOf } from './discard.ts'
import type { Ports } from './ports.ts'

/** Whole bytes that nobody completes are kept this long after their ticket expired. */
export const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000

const BATCH = 100

/** Closes every overdue attempt once, by compare-and-set; answers how many this call closed. */
export async function expireAttempts(
  ports: Pick<Ports, 'assets' | 'blobs' | 'clock' | 'ids'>,
): Promise<number> {
  let total = 0
  for (;;) {
    const now = ports.clock.now()
    const overdue = await ports.assets.findOverdue({ now, abandonedBefore: now - ABANDONED_AFTER_MS }, BATCH)
    let closedNow = 0
    for (const { asset, attempt } of overdue) {
      const outcome = await ports.assets.save({
        attempts: [{ before: attempt, after: closed(attempt, 'expired') }],
        events: [assetEvent(ports, asset, 'asset.expired')],
      })
      if (outcome !== 'saved') continue
      closedNow++
      await discardBytesOf(ports, attempt)
    }
    total += closedNow
    if (overdue.length < BATCH || closedNow === 0) return total
  }
}
