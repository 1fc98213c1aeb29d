// Removing the files of an asset that was deleted.
import type { Job } from '../ground/job.ts'
import type { Ports } from './ports.ts'

/** Throws when a file could not be removed: the job is run again then. */
export async function runDiscard(ports: Pick<Ports, 'blobs'>, job: Job): Promise<undefined> {
  const keys = JSON.parse(job.payload.keys ?? '[]') as string[] // written by deleteAsset alone
  for (const key of keys) await ports.blobs.remove(key)
}
