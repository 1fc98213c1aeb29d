// Requests too old to be repeated are forgotten.
import type { Clock } from '../ground/clock.ts'
import { REQUEST_TTL_MS, type RequestRecords } from '../ground/request-record.ts'

export type ForgetPorts = Pick<RequestRecords, 'forgetRequests'> & { clock: Clock }

/** Each is a short write, so that requests get their turn in between. */
const BATCH = 500

/** Answers how many it forgot. */
export async function forgetRequests(ports: ForgetPorts): Promise<number> {
  const before = ports.clock.now() - REQUEST_TTL_MS
  let total = 0
  for (;;) {
    const forgotten = await ports.forgetRequests(before, BATCH)
    total += forgotten
    if (forgotten < BATCH) return total
  }
}
