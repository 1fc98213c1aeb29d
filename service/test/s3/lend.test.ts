// Objects lent as files: those who want the same one at once have one file, and one request, between them.
import { readdir, readFile, rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bucket, openBucket } from '../../src/blobs/s3/bucket.ts'
import { createLending, type Lending } from '../../src/blobs/s3/lend.ts'
import { openS3, type S3Settings } from '../../src/blobs/s3/open-s3.ts'
import { freshQuarantineKey, patternOf, put } from '../support/blobs.ts'
import { useBucket } from '../support/use-bucket.ts'

let settings: S3Settings
let bucket: Bucket
let lending: Lending
let asked = 0
beforeAll(async () => {
  settings = await useBucket()
  bucket = openBucket(settings)
  const get: Bucket['get'] = (key, range) => {
    asked++
    return bucket.get(key, range)
  }
  lending = createLending({ ...bucket, get }, settings.folder)
})
afterAll(async () => {
  bucket.close()
  await rm(settings.folder, { recursive: true, force: true })
})

async function stored(bytes: number): Promise<string> {
  const blobs = openS3(settings)
  const key = freshQuarantineKey()
  await put(blobs, key, patternOf(bytes))
  await blobs.close()
  asked = 0
  return key
}

it('is asked for once by many, also one inside another, and is gone when the last gives it back', async () => {
  const key = await stored(5000)
  await lending.lend(key, async file => {
    await Promise.all(
      Array.from({ length: 20 }, () =>
        lending.lend(key, async same => {
          expect(same).toBe(file)
          expect(lending.lentFile(key)).toBe(file)
        }),
      ),
    )
    expect(await readFile(file)).toEqual(patternOf(5000))
  })
  expect(asked).toBe(1)
  expect(lending.lentFile(key)).toBeUndefined()
  await expect.poll(() => readdir(settings.folder)).toEqual([])
})

it('is fetched again for whoever wants it later', async () => {
  const key = await stored(10)
  await lending.lend(key, async () => undefined)
  await lending.lend(key, async file => expect(await readFile(file)).toEqual(patternOf(10)))
  expect(asked).toBe(2)
})

it('that is not there is lent to nobody, and keeps nobody waiting', async () => {
  const gone = freshQuarantineKey()
  const use = async () => 'never'
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => lending.lend(gone, use)))
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']))
  const there = await stored(10)
  expect(await lending.lend(there, async () => 'lent')).toBe('lent')
})
