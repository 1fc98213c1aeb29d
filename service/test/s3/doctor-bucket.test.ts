// What doctor says of a real bucket: each permission by its name, and each wrong setting with its cure.
import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test, vi } from 'vitest'
import type { S3Settings } from '../../src/blobs/s3/open-s3.ts'
import { probeBucket } from '../../src/blobs/s3/probes/bucket.ts'
import { type Clock, systemClock } from '../../src/ground/clock.ts'
import { bucketChecks } from '../../src/upkeep/doctor/bucket.ts'
import { asOwner, type Guest, newGuest } from '../support/guest-of-bucket.ts'
import { cephHere, useBucket } from '../support/use-bucket.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const ALL = [
  's3:ListBucket',
  's3:ListBucketMultipartUploads',
  's3:GetObject',
  's3:PutObject',
  's3:DeleteObject',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
]

let guest: Guest
beforeAll(async () => {
  guest = await newGuest(cephHere())
})

async function complaintsOf(settings: S3Settings, clock: Clock = systemClock) {
  const facts = await probeBucket(settings, clock)
  return bucketChecks({ ...facts, place: 'the bucket' }).filter(({ status }) => status !== 'ok')
}

/** Everything that lies in the bucket, old versions and unfinished uploads too. */
const remainsIn = ({ bucket: Bucket }: S3Settings) =>
  asOwner(cephHere(), async owner => {
    const { Versions = [], DeleteMarkers = [] } = await owner.send(new ListObjectVersionsCommand({ Bucket }))
    const { Uploads = [] } = await owner.send(new ListMultipartUploadsCommand({ Bucket }))
    return [...Versions, ...DeleteMarkers, ...Uploads].map(({ Key = '' }) => Key)
  })

test('the permissions that the documentation names are enough, and nothing stays', async () => {
  const settings = await useBucket({ credentials: guest.credentials })
  await guest.allow(settings.bucket, ALL)
  expect(await complaintsOf(settings)).toEqual([])
  expect(await remainsIn(settings)).toEqual([])
})

test.each([
  ['s3:ListBucket', ['bucket_list']],
  ['s3:ListBucketMultipartUploads', ['bucket_multipart']],
  ['s3:GetObject', ['bucket_get', 'bucket_copy']],
  ['s3:DeleteObject', ['bucket_delete']],
  ['s3:AbortMultipartUpload', ['bucket_multipart']],
  ['s3:ListMultipartUploadParts', ['bucket_multipart']],
])('%s alone is missing: what needs it fails and names it', async (permission, names) => {
  const settings = await useBucket({ credentials: guest.credentials })
  await guest.allow(settings.bucket, ALL, { denied: [permission] })
  const complaints = await complaintsOf(settings)
  expect(complaints.map(({ name, status }) => `${status} ${name}`)).toEqual(names.map(name => `fail ${name}`))
  for (const { detail } of complaints)
    expect(detail).toMatch(new RegExp(`AccessDenied.*Allow .*${permission}\\b`))
  const remains = await remainsIn(settings)
  if (permission === 's3:DeleteObject') expect(remains).toHaveLength(3)
  else expect(remains).toEqual([])
  for (const key of remains) expect(complaints[0]?.detail).toContain(key)
})

test('listing that is allowed below the prefix alone is not enough', async () => {
  const settings = await useBucket({ credentials: guest.credentials })
  const others = ALL.filter(action => action !== 's3:ListBucket')
  await guest.allow(settings.bucket, others, { listedBelow: settings.prefix })
  expect(await complaintsOf(settings)).toMatchObject([
    {
      name: 'bucket_list',
      status: 'fail',
      detail: expect.stringMatching(/HeadBucket.*Allow s3:ListBucket /),
    },
  ])
})

test('without s3:PutObject, what it keeps from being tried is said to be untried', async () => {
  const settings = await useBucket({ credentials: guest.credentials })
  await guest.allow(settings.bucket, ALL, { denied: ['s3:PutObject'] })
  expect(await complaintsOf(settings)).toMatchObject([
    { name: 'bucket_put', status: 'fail', detail: expect.stringContaining('Allow s3:PutObject ') },
    { name: 'bucket_copy', status: 'warn', detail: expect.stringContaining('earlier check failed') },
    { name: 'bucket_multipart', status: 'fail', detail: expect.stringContaining('Allow s3:PutObject ') },
    { name: 'bucket_versions', status: 'warn' },
  ])
})

test.each<[string, Partial<S3Settings>, RegExp]>([
  ['a bucket that is not there', { bucket: 'nobody-made-this-one' }, /NoSuchBucket.*Create the bucket/],
  [
    'a key that nobody has',
    { credentials: { accessKeyId: 'NOBODY', secretAccessKey: 'x' } },
    /InvalidAccessKeyId.*S3_ACCESS_KEY_ID/,
  ],
  [
    'a wrong secret',
    { credentials: { accessKeyId: 'TESTKEY', secretAccessKey: 'x' } },
    /SignatureDoesNotMatch.*S3_SECRET_ACCESS_KEY/,
  ],
  ['an address where nothing listens', { endpoint: 'http://127.0.0.9:9' }, /ECONNREFUSED.*S3_ENDPOINT/],
  [
    'a store that puts no bucket into its host name',
    { forcePathStyle: false, endpoint: 'http://store.invalid' },
    /S3_FORCE_PATH_STYLE/,
  ],
])('%s is one failure with its cure', async (_, over, pattern) => {
  const complaints = await complaintsOf(await useBucket(over))
  expect(complaints).toEqual([{ name: 'bucket', status: 'fail', detail: expect.stringMatching(pattern) }])
})

test('a clock that differs from the store is told, and one beyond what signatures allow is a failure', async () => {
  const settings = await useBucket()
  const shifted = (ms: number): Clock => ({ ...systemClock, now: () => Date.now() + ms })
  expect(await complaintsOf(settings, shifted(60_000))).toMatchObject([
    { name: 'bucket_clock', status: 'warn', detail: expect.stringMatching(/(59|60|61) s behind this/) },
  ])
  expect(await complaintsOf(settings, shifted(-3_600_000))).toMatchObject([
    { name: 'bucket_clock', status: 'fail', detail: expect.stringMatching(/3(599|600|601) s ahead of this/) },
  ])
})

test('a bucket that keeps versions is told unless a rule ends them, and no version of a probe stays', async () => {
  const settings = await useBucket()
  const Bucket = settings.bucket
  await asOwner(cephHere(), owner =>
    owner.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
  )
  expect(await complaintsOf(settings)).toMatchObject([
    {
      name: 'bucket_versions',
      status: 'warn',
      detail: expect.stringContaining('NoncurrentVersionExpiration'),
    },
  ])
  const rule = {
    ID: 'old',
    Status: 'Enabled' as const,
    Filter: { Prefix: '' },
    NoncurrentVersionExpiration: { NoncurrentDays: 7 },
  }
  await asOwner(cephHere(), owner =>
    owner.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } }),
    ),
  )
  expect(await complaintsOf(settings)).toEqual([])
  expect(await remainsIn(settings)).toEqual([])
})
