// What became of deliveries is kept as long as the events they told of.
import type { Clock } from '../ground/clock.ts'
import { forgetAll } from '../ground/forget-all.ts'
import type { WebhookRecords } from './ports.ts'

export interface ForgetDeliveriesPorts {
  webhooks: Pick<WebhookRecords, 'forgetDeliveries'>
  clock: Clock
  /** Milliseconds. */
  eventsTtlMs: number
}

/** Answers how many were removed. */
export function forgetDeliveries({ webhooks, clock, eventsTtlMs }: ForgetDeliveriesPorts): Promise<number> {
  const before = clock.now() - eventsTtlMs
  return forgetAll(limit => webhooks.forgetDeliveries(before, limit))
}
