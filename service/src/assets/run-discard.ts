// Removing the files of an asset that was deleted, and the pictures made of it that this node has.
import type { Job } from '../ground/job.ts'
import type { KeptPictures } from './derivatives/ports.ts'
import type { Ports } from './ports.ts'

/** Throws when a file could not be removed: the job is run again then. */
export async function runDiscard(
  ports: Pick<Ports, 'blobs'> & { keptPictures: KeptPictures },
  job: Job,
): Promise<undefined> {
  const keys = JSON.parse(job.payload.keys ?? '[]') as string[] // written by deleteAsset alone
  for (const key of keys) await ports.blobs.remove(key)
  for (const key of keys.filter(isPublished)) await ports.keptPictures.removeOf(key)
}

const isPublished = (key: string): boolean => key.startsWith('media/')
