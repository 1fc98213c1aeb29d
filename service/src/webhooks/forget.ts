// What became of deliveries is kept as long as the events they told of.
import type { Clock } from '../ground/clock.ts'
import type { WebhookRecords } from './ports.ts'

export interface ForgetDeliveriesPorts {
  webhooks: Pick<WebhookRecords, 'forgetDeliveries'>
  clock: Clock
  /** Milliseconds. */
  eventsTtlMs: number
}

const BATCH = 1000

/** Answers how many were removed. */
export async function forgetDeliveries({
  webhooks,
  clock,
  eventsTtlMs,
}: ForgetDeliveriesPorts): Promise<number> {
  const before = clock.now() - eventsTtlMs
  for (let forgotten = 0; ; ) {
    const removed = await webhooks.forgetDeliveries(before, BATCH)
    forgotten += removed
    if (removed < BATCH) return forgotten
  }
}
