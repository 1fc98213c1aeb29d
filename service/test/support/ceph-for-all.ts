// Starts one real S3 server for all tests of a run that store in it, whatever projects they are of.
import type { TestProject } from 'vitest/node'
import { openS3 } from '../../src/blobs/s3/open-s3.ts'
import { AS_PNG, freshMediaKey, freshQuarantineKey, put } from './blobs.ts'
import { freshBucket } from './fresh-bucket.ts'
import { type CephPlace, startCeph } from './start-ceph.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    ceph: CephPlace | { fault: string }
  }
}

/**
 * Projects are set up one after the other, and what the root was given all of them see. A server that cannot be had
 * fails the tests that want it, and no others.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const root = project.vitest.getRootProject()
  if ('ceph' in root.getProvidedContext()) return undefined
  try {
    const { close, ...place } = await startCeph()
    root.provide('ceph', place)
    await useOnce(place).catch(() => undefined) // the tests will say it better
    return close
  } catch (error) {
    root.provide('ceph', { fault: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

/** What this store does for the first time takes seconds, and no test is to wait for that. */
async function useOnce(place: CephPlace): Promise<void> {
  const { accessKeyId, secretAccessKey, endpoint, folder } = place
  const bucket = await freshBucket(place)
  const blobs = openS3({
    bucket,
    prefix: '',
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    publicEndpoint: undefined,
    mediaCacheSeconds: 60,
    folder: `${folder}/lent`,
  })
  const key = freshQuarantineKey()
  await put(blobs, key, Buffer.from('first'))
  await blobs.promote(key, freshMediaKey(), AS_PNG)
  await blobs.remove(key)
  await blobs.close()
}
