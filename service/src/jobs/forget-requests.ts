// Requests too old to be repeated are forgotten.
import type { Clock } from '../ground/clock.ts'
import { forgetAll } from '../ground/forget-all.ts'
import { REQUEST_TTL_MS, type RequestRecords } from '../ground/request-record.ts'

export type ForgetPorts = Pick<RequestRecords, 'forgetRequests'> & { clock: Clock }

/** Answers how many it forgot. */
export function forgetRequests(ports: ForgetPorts): Promise<number> {
  const before = ports.clock.now() - REQUEST_TTL_MS
  return forgetAll(limit => ports.forgetRequests(before, limit))
}
