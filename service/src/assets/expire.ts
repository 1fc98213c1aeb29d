// Closing attempts whose time is over; the asset stays pending and can be retried.
import { assetEvent } from './asset-event.ts'
import { closed } from './attempt.ts'
import { findPosted } from './collect.ts'
import { discardBytesOf } from './discard.ts'
import type { Ports, Upload } from './ports.ts'
import type { ReceivePorts } from './receive.ts'

/** Whole bytes that nobody completes are kept this long after their ticket expired. */
export const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000
/** A form that was begun in time may still be on its way to the store, where nobody sees it. */
export const SLOW_FORM_MS = 60 * 60 * 1000

const BATCH = 100

export type ExpirePorts = ReceivePorts & Pick<Ports, 'background'>

/** Closes every overdue attempt once, by compare-and-set; answers how many this call closed. */
export async function expireAttempts(ports: ExpirePorts): Promise<number> {
  let total = 0
  for (;;) {
    const now = ports.clock.now()
    const unusedBefore = ports.forms === undefined ? now : now - SLOW_FORM_MS
    const overdue = await ports.assets.findOverdue(
      { now, unusedBefore, abandonedBefore: now - ABANDONED_AFTER_MS },
      BATCH,
    )
    let closedNow = 0
    for (const upload of overdue) if (await closeOne(ports, upload)) closedNow++
    total += closedNow
    if (overdue.length < BATCH || closedNow === 0) return total
  }
}

/**
 * Answers whether this call closed it. What a form brought is to be received instead, and is kept as long as any other
 * whole bytes.
 */
async function closeOne(ports: ExpirePorts, upload: Upload): Promise<boolean> {
  const { asset, attempt } = upload
  const isAbandoned = attempt.expiresAt <= ports.clock.now() - ABANDONED_AFTER_MS
  if (!isAbandoned && (await findPosted(ports, upload)) !== undefined) {
    await ports.background.add(collectJob(ports, upload))
    return false
  }
  const outcome = await ports.assets.save({
    attempts: [{ before: attempt, after: closed(attempt, 'expired') }],
    events: [assetEvent(ports, asset, 'asset.expired')],
  })
  if (outcome === 'saved') await discardBytesOf(ports, attempt)
  return outcome === 'saved'
}

/** By its id it is made once. */
const collectJob = ({ clock }: ExpirePorts, { attempt }: Upload) => ({
  id: `job_collect_${attempt.assetId}`,
  kind: 'collect' as const,
  subject: attempt.assetId,
  payload: { attempt: String(attempt.n) },
  runAt: clock.now(),
  tries: 0,
})
