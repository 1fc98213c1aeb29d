// The settings of a bucket: what is taken, and what is said of what is not.
import { expect, test } from 'vitest'
import { readSettings } from '../../src/config/config.ts'

const s3Of = (environment: Record<string, string>) => {
  const { config, complaints } = readSettings(environment)
  expect(complaints).toEqual([])
  return config.s3
}
const complaintsOf = (environment: Record<string, string>) =>
  readSettings({ S3_BUCKET: 'media', ...environment }).complaints

test('a bucket alone is one of AWS, with whatever credentials its SDK finds', () => {
  expect(s3Of({ S3_BUCKET: 'media' })).toEqual({
    bucket: 'media',
    prefix: '',
    endpoint: undefined,
    publicEndpoint: undefined,
    region: 'us-east-1',
    credentials: undefined,
    forcePathStyle: false,
  })
  expect(s3Of({ S3_BUCKET: '  ' })).toBeUndefined()
})

test('every variable is taken', () => {
  expect(
    s3Of({
      S3_BUCKET: 'my.media-1',
      S3_ENDPOINT: 'http://store.internal:7480/',
      S3_PUBLIC_ENDPOINT: 'https://s3.example.com',
      S3_REGION: 'eu-central-1',
      S3_ACCESS_KEY_ID: 'AK',
      S3_SECRET_ACCESS_KEY: 'SK',
      S3_FORCE_PATH_STYLE: '1',
      S3_PREFIX: 'team/herbarium/',
    }),
  ).toEqual({
    bucket: 'my.media-1',
    prefix: 'team/herbarium/',
    endpoint: 'http://store.internal:7480',
    publicEndpoint: 'https://s3.example.com',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
    forcePathStyle: true,
  })
})

test.each([
  ['S3_BUCKET', 'My_Bucket'],
  ['S3_BUCKET', 'ab'],
  ['S3_BUCKET', 'a/b/c'],
  ['S3_ENDPOINT', 'store.internal:7480'],
  ['S3_ENDPOINT', 'ftp://store.internal'],
  ['S3_ENDPOINT', 'https://store.internal/?x=1'],
  ['S3_PUBLIC_ENDPOINT', 'http://s3.example.com'],
  ['S3_REGION', 'EU west'],
  ['S3_FORCE_PATH_STYLE', 'maybe'],
  ['S3_PREFIX', '../up'],
  ['S3_PREFIX', '/root'],
  ['S3_PREFIX', 'a//b'],
])('%s=%s is complained of by its name', (name, value) => {
  expect(complaintsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} is "`))])
})

test('one key without the other, and variables without a bucket, are complained of with the cure', () => {
  expect(complaintsOf({ S3_ACCESS_KEY_ID: 'AK' })).toEqual([
    expect.stringMatching(/S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together/),
  ])
  expect(readSettings({ S3_ENDPOINT: 'https://s3.example.com', S3_PREFIX: 'a' }).complaints).toEqual([
    expect.stringMatching(/^S3_ENDPOINT, S3_PREFIX .*without S3_BUCKET: name the bucket/),
  ])
})

test('all complaints come at once, and none repeats a secret', () => {
  const complaints = complaintsOf({
    S3_ENDPOINT: 'ftp://me:hunter2@store.internal',
    S3_PUBLIC_ENDPOINT: 'https://:hunter2@s3.example.com',
    S3_SECRET_ACCESS_KEY: 'hunter2',
    S3_REGION: 'EU west',
  })
  expect(complaints).toHaveLength(4)
  expect(complaints.join()).not.toContain('hunter2')
})

test('each way of delivery is taken where it can work', () => {
  const deliveryOf = (environment: Record<string, string>) => {
    const { config, complaints } = readSettings(environment)
    expect(complaints).toEqual([])
    return config.delivery
  }
  expect(deliveryOf({ DELIVERY: 'stream', S3_BUCKET: 'media' })).toBe('stream')
  expect(deliveryOf({ DELIVERY: 'X-Accel' })).toBe('x-accel')
  expect(deliveryOf({ DELIVERY: 'redirect', S3_BUCKET: 'media' })).toBe('redirect')
  const inside = { DELIVERY: 'redirect', S3_BUCKET: 'media', S3_ENDPOINT: 'http://store.internal:7480' }
  expect(deliveryOf({ ...inside, S3_PUBLIC_ENDPOINT: 'https://s3.example.com' })).toBe('redirect')
  expect(deliveryOf({ ...inside, ALLOW_INSECURE_PUBLIC_URL: '1' })).toBe('redirect')
})

test.each<[string, Record<string, string>, RegExp]>([
  ['an unknown one', { DELIVERY: 'cdn' }, /^DELIVERY is "cdn".*stream, redirect, x-accel/],
  ['redirect without a bucket', { DELIVERY: 'redirect', S3_BUCKET: '' }, /set S3_BUCKET, or set DELIVERY to/],
  ['x-accel with a bucket', { DELIVERY: 'x-accel' }, /unset S3_BUCKET, or set DELIVERY to/],
  [
    'redirect to an address without TLS',
    { DELIVERY: 'redirect', S3_ENDPOINT: 'http://store.internal:7480' },
    /S3_ENDPOINT http:\/\/store\.internal:7480 without TLS: set S3_PUBLIC_ENDPOINT/,
  ],
])('of the ways of delivery, %s is complained of with the cure', (_, environment, pattern) => {
  expect(complaintsOf(environment)).toEqual([expect.stringMatching(pattern)])
})
