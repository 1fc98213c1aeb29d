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
