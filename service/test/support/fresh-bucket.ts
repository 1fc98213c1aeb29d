// A new bucket in a real S3 server.
import { randomUUID } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { CephPlace } from './start-ceph.ts'

/** A new bucket with nothing in it. */
export async function freshBucket(ceph: CephPlace): Promise<string> {
  const { accessKeyId, secretAccessKey, endpoint } = ceph
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  })
  const bucket = `b-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return bucket
}
