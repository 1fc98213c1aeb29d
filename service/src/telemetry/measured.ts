// What one process can tell of itself whenever it is asked.
import type { Clock } from '../ground/clock.ts'
import type { JobRecords } from '../ground/job.ts'
import type { Load } from '../ground/turns.ts'

export interface Measured {
  version: string
  clock: Clock
  /** Uploads and verifications under way. */
  uploads(): number
  verifications(): number
  /** Of the processes that look into files, and of those that make pictures. */
  probes(): Load
  pictures(): Load
  /** Of a database that is reached by connections. */
  connections: (() => { open: number; idle: number; waiting: number }) | undefined
  jobs: Pick<JobRecords, 'due'>
  /** Throws while rows or bytes cannot be reached. */
  checkReady(): Promise<void>
  dataDir: string
}
