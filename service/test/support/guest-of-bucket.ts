// Someone else than its owner in a bucket of the real S3 server, who may do there what a policy says and no more.
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import type { CephPlace } from './start-ceph.ts'

export interface Keys {
  accessKeyId: string
  secretAccessKey: string
}

interface More {
  denied?: string[]
  /** A prefix below which `s3:ListBucket` is allowed, and nowhere else. */
  listedBelow?: string
}

export interface Guest {
  credentials: Keys
  /** From now on, in this bucket of the owner's; what a guest has made is its own, unless it is denied. */
  allow(bucket: string, actions: string[], more?: More): Promise<void>
}

export async function newGuest(ceph: CephPlace): Promise<Guest> {
  const uid = `guest-${randomUUID()}`
  const credentials = { accessKeyId: uid, secretAccessKey: randomUUID() }
  const conf = path.join(ceph.folder, 'ceph.conf')
  const keys = [`--access-key=${uid}`, `--secret-key=${credentials.secretAccessKey}`]
  const user = ['user', 'create', `--uid=${uid}`, '--display-name=guest', ...keys]
  await promisify(execFile)('radosgw-admin', ['-c', conf, ...user], { timeout: 60_000 })
  const Principal = { AWS: [`arn:aws:iam:::user/${uid}`] }
  return {
    credentials,
    allow: (bucket, allowed, { denied = [], listedBelow } = {}) =>
      asOwner(ceph, async owner => {
        const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]
        const Statement = [
          { Effect: 'Allow', Principal, Action: allowed, Resource },
          ...(listedBelow === undefined ? [] : [{ ...listing(listedBelow), Principal, Resource }]),
          ...(denied.length > 0 ? [{ Effect: 'Deny', Principal, Action: denied, Resource }] : []),
        ]
        const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
        await owner.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }))
      }),
  }
}

const listing = (prefix: string) => ({
  Effect: 'Allow',
  Action: ['s3:ListBucket'],
  Condition: { StringLike: { 's3:prefix': `${prefix}*` } },
})

/** Lends a client that may do everything. */
export async function asOwner<T>(ceph: CephPlace, use: (owner: S3Client) => Promise<T>): Promise<T> {
  const { accessKeyId, secretAccessKey, endpoint } = ceph
  const credentials = { accessKeyId, secretAccessKey }
  const owner = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  try {
    return await use(owner)
  } finally {
    owner.destroy()
  }
}
