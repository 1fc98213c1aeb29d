// A form straight to a real bucket brings what its policy allows and nothing else.
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FormTerms } from '../../src/assets/ports.ts'
import { type Bucket, openBucket } from '../../src/blobs/s3/bucket.ts'
import { createForms } from '../../src/blobs/s3/forms.ts'
import { openS3, type S3Blobs, type S3Settings } from '../../src/blobs/s3/open-s3.ts'
import { contentOf, freshMediaKey, freshQuarantineKey, patternOf, put } from '../support/blobs.ts'
import { useBucket } from '../support/use-bucket.ts'

const MIB = 1024 * 1024
const HOUR_MS = 3_600_000

let settings: S3Settings
let blobs: S3Blobs

beforeAll(async () => {
  settings = await useBucket()
  blobs = openS3(settings)
})
afterAll(async () => {
  await blobs.close()
  await rm(settings.folder, { recursive: true, force: true })
})

const terms = (over: Partial<FormTerms> = {}): FormTerms => ({
  key: freshQuarantineKey(),
  contentType: 'image/png',
  maxBytes: 1000,
  signedAt: Date.now(),
  expiresAt: Date.now() + HOUR_MS,
  ...over,
})

/** Posts the form, its fields changed by `over`; answers the store's status. */
async function post(said: FormTerms, bytes: Uint8Array, over: Record<string, string> = {}): Promise<number> {
  const { url, fields } = await blobs.forms.formFor(said)
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...fields, ...over })) form.append(name, value)
  form.append('file', new Blob([new Uint8Array(bytes)]), 'blob')
  const answer = await fetch(url, { method: 'POST', body: form })
  await answer.text()
  return answer.status
}

describe('A form', () => {
  it('brings a file of as many bytes as it allows, and an empty one', async () => {
    for (const size of [1000, 1, 0]) {
      const said = terms()
      expect(await post(said, patternOf(size))).toBe(204)
      expect(await contentOf(blobs, said.key, size)).toEqual(patternOf(size))
      expect(await blobs.forms.find(said.key)).toMatchObject({ key: said.key, sizeBytes: size })
    }
  })

  it('can be sent again, and brings another file then', async () => {
    const said = terms()
    await post(said, patternOf(10))
    const first = await blobs.forms.find(said.key)
    await post(said, patternOf(20))
    const second = await blobs.forms.find(said.key)
    expect(second?.sizeBytes).toBe(20)
    expect(second?.mark).not.toBe(first?.mark)
  })

  it('says the same for the same terms', async () => {
    const said = terms()
    expect(await blobs.forms.formFor(said)).toEqual(await blobs.forms.formFor(said))
  })

  it('goes to the public endpoint, signed for it', async () => {
    const elsewhere = openS3({ ...settings, publicEndpoint: 'https://media.example.com' })
    const { url } = await elsewhere.forms.formFor(terms())
    expect(url).toBe(`https://media.example.com/${settings.bucket}`)
    await elsewhere.close()
  })

  const refused: [string, Partial<FormTerms>, Record<string, string>, number][] = [
    ['one byte more than it allows', { maxBytes: 49 }, {}, 50],
    ['another type', {}, { 'Content-Type': 'text/html' }, 50],
    ['another key', {}, { key: 'some/place/media/aa/00000000000000000000000000000000' }, 50],
    ['a time that is over', { signedAt: Date.now() - HOUR_MS, expiresAt: Date.now() - 1000 }, {}, 50],
    ['another signature', {}, { 'x-amz-signature': createHash('sha256').update('guess').digest('hex') }, 50],
    [
      'another policy',
      {},
      { policy: Buffer.from('{"expiration":"2099-01-01T00:00:00.000Z","conditions":[]}').toString('base64') },
      50,
    ],
    ['a field that was not signed', {}, { acl: 'public-read' }, 50],
  ]
  it.each(refused)('is refused with %s, and leaves nothing', async (_, over, fields, size) => {
    const said = terms(over)
    const status = await post(said, patternOf(size), fields)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(await blobs.forms.find(said.key)).toBeUndefined()
  })
})

describe('Taking what a form brought', () => {
  it('copies exactly those bytes out of its reach', async () => {
    const said = terms({ maxBytes: 7 * MIB })
    await post(said, patternOf(6 * MIB + 3))
    const object = await blobs.forms.find(said.key)
    const to = freshQuarantineKey()
    expect(object && (await blobs.forms.take(object, to))).toBe(true)
    await post(said, patternOf(3))
    expect((await contentOf(blobs, to, 6 * MIB + 3)).equals(patternOf(6 * MIB + 3))).toBe(true)
  })

  it('takes nothing where another file has taken its place, or none is there', async () => {
    const said = terms()
    await post(said, patternOf(10))
    const object = await blobs.forms.find(said.key)
    await post(said, patternOf(20))
    const to = freshQuarantineKey()
    expect(object && (await blobs.forms.take(object, to))).toBe(false)
    await blobs.remove(said.key)
    expect(object && (await blobs.forms.take(object, to))).toBe(false)
    expect(await blobs.findStored(to)).toBeUndefined()
  })
})

it('a file that another replaces while it is copied is not taken, and leaves nothing', async () => {
  const bucket = openBucket(settings)
  const said = terms()
  const copy: Bucket['copy'] = async (...copying) => {
    await post(said, patternOf(20))
    return bucket.copy(...copying)
  }
  const forms = createForms({ ...bucket, copy }, settings)
  await post(said, patternOf(10))
  const object = await forms.find(said.key)
  const to = freshQuarantineKey()
  expect(object && (await forms.take(object, to))).toBe(false)
  expect(await blobs.findStored(to)).toBeUndefined()
  bucket.close()
})

it('what is published says its type, its name and how long it may be kept', async () => {
  const [from, to] = [freshQuarantineKey(), freshMediaKey()]
  await put(blobs, from, patternOf(10))
  await blobs.promote(from, to, { contentType: 'image/webp', name: 'Grüße.webp' })
  const answer = await getObject(settings, to)
  expect(answer).toMatchObject({
    ContentType: 'image/webp',
    ContentDisposition: `inline; filename="Gr??e.webp"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.webp`,
    CacheControl: 'public, max-age=60, immutable',
  })
})

/** What the store itself says of an object. */
async function getObject({ bucket, prefix, region, endpoint = '', credentials }: S3Settings, key: string) {
  if (credentials === undefined) throw new Error('the test store has keys')
  const client = new S3Client({ region, endpoint, credentials, forcePathStyle: true })
  const answer = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: prefix + key }))
  client.destroy()
  return answer
}
