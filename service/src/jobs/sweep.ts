// The door for time: what must happen when nobody asks.
import type { DeletePorts } from '../assets/delete.ts'
import { deleteOutlived } from '../assets/delete-outlived.ts'
import { discardLeftovers } from '../assets/discard-leftovers.ts'
import { type ExpirePorts, expireAttempts } from '../assets/expire.ts'
import { type ForgetEventsPorts, forgetEvents } from '../events/forget.ts'
import { type ForgetSecretsPorts, forgetSecrets } from '../secrets/forget.ts'
import { type ForgetDeliveriesPorts, forgetDeliveries } from '../webhooks/forget.ts'
import { type ForgetPorts, forgetRequests } from './forget-requests.ts'

export type SweepPorts = ExpirePorts &
  DeletePorts &
  ForgetPorts &
  ForgetEventsPorts &
  ForgetDeliveriesPorts &
  ForgetSecretsPorts

export interface SweepReport {
  assetsDeleted: number
  attemptsExpired: number
  filesRemoved: number
  requestsForgotten: number
  eventsForgotten: number
  deliveriesForgotten: number
  secretsForgotten: number
}

/** One sweep: deletes what has outlived its hour, closes overdue attempts, removes bytes that can no longer become an asset, forgets what is old. */
export async function sweep(ports: SweepPorts): Promise<SweepReport> {
  const assetsDeleted = await deleteOutlived(ports)
  const attemptsExpired = await expireAttempts(ports)
  const filesRemoved = await discardLeftovers(ports)
  const requestsForgotten = await forgetRequests(ports)
  const eventsForgotten = await forgetEvents(ports)
  const deliveriesForgotten = await forgetDeliveries(ports)
  const secretsForgotten = await forgetSecrets(ports)
  return {
    assetsDeleted,
    attemptsExpired,
    filesRemoved,
    requestsForgotten,
    eventsForgotten,
    deliveriesForgotten,
    secretsForgotten,
  }
}

/** Sweeps every `intervalMs`, never two at a time, until closed. A sweep that fails is reported and tried again. */
export function openSweeper(
  ports: SweepPorts,
  options: { intervalMs: number; onSwept: (report: SweepReport) => void; onError: (error: unknown) => void },
): { close(): Promise<void> } {
  const stop = new AbortController()
  const run = async () => {
    while (!stop.signal.aborted) {
      await sweep(ports).then(options.onSwept, options.onError)
      await ports.clock.delay(options.intervalMs, stop.signal).catch(() => undefined)
    }
  }
  const running = run()
  return {
    close: () => {
      stop.abort()
      return running
    },
  }
}
