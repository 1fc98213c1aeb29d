// A node without doors, which need not be loaded for it.
import type { Config } from '../config/config.ts'
import type { Fault } from '../ground/fault.ts'
import { openNode } from './node.ts'
import { systemWorld } from './servants.ts'

/** A node that works without doors. */
export interface Worker {
  /** Where this process tells its metrics; undefined where it tells none. */
  metricsUrl: string | undefined
  /** Resolves, if ever, once nodes with another store have taken over: close it then. */
  lost: Promise<Fault>
  /** Gives its jobs back and closes everything. */
  close(): Promise<void>
}

/** Throws a Fault where a live node of these rows has its bytes in another store. */
export async function openWorker(config: Config): Promise<Worker> {
  const node = await openNode(config, systemWorld, { runsJobs: true })
  node.startSweeping()
  return {
    metricsUrl: node.telemetry.metricsUrl,
    lost: node.lost,
    close: async () => {
      await node.stopJobs()
      await node.close()
    },
  }
}
