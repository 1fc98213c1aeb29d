// A place of one's own in the real S3 server that `ceph-for-all.ts` keeps for a run of tests.
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inject } from 'vitest'
import type { S3Settings } from '../../src/blobs/s3/open-s3.ts'
import { freshBucket } from './fresh-bucket.ts'
import type { CephPlace } from './start-ceph.ts'

export function cephHere(): CephPlace {
  const ceph = inject('ceph')
  if ('fault' in ceph) throw new Error(ceph.fault)
  return ceph
}

/** Settings for an adapter, over a bucket and a folder that are empty. */
export async function useBucket(over: Partial<S3Settings> = {}): Promise<S3Settings> {
  const ceph = cephHere()
  return {
    bucket: await freshBucket(ceph),
    prefix: 'some/place/',
    endpoint: ceph.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: ceph.accessKeyId, secretAccessKey: ceph.secretAccessKey },
    forcePathStyle: true,
    publicEndpoint: undefined,
    mediaCacheSeconds: 60,
    folder: path.join(tmpdir(), `herbarium-lent-${randomUUID()}`),
    ...over,
  }
}
