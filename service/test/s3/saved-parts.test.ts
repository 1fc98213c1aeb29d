// Saved bytes that lie in parts of a multipart upload, which cannot be read: whoever goes on finds them all the same.
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { BlobWriter } from '../../src/assets/ports.ts'
import { openS3, type S3Blobs } from '../../src/blobs/s3/open-s3.ts'
import {
  AS_PNG,
  contentOf,
  freshMediaKey,
  freshQuarantineKey,
  leftoversOf,
  patternOf,
} from '../support/blobs.ts'
import { flattened } from '../support/flattened.ts'
import { useBucket } from '../support/use-bucket.ts'

vi.setConfig({ testTimeout: 60_000 })

const MIB = 1024 * 1024
const whole = patternOf(30 * MIB + 7)
const other = (bytes: number) => Buffer.alloc(bytes, 'other')

let blobs: S3Blobs
beforeAll(async () => {
  blobs = openS3(await useBucket())
})
afterAll(() => blobs.close())

/** Saves at each of these sizes, then writes `unsaved` bytes more and leaves. */
async function save(key: string, sizes: number[], unsaved = 0): Promise<void> {
  const writer = await blobs.create(key)
  let at = 0
  for (const size of sizes) {
    await writer.write(whole.subarray(at, size))
    await writer.save()
    at = size
  }
  await pieces(writer, other(unsaved))
  await writer.close()
}

async function pieces(writer: BlobWriter, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += MIB) await writer.write(bytes.subarray(at, at + MIB))
}

async function savedOf(key: string, sizeBytes: number) {
  const saved = await blobs.saved(key, sizeBytes)
  if (saved === undefined) throw new Error(`${sizeBytes} bytes of ${key} are not there`)
  return saved
}

async function goOn(key: string, from: number, to = whole.length): Promise<void> {
  const writer = await (await savedOf(key, from)).append()
  await pieces(writer, whole.subarray(from, to))
  await writer.commit()
}

async function expectWhole(key: string, bytes = whole.length): Promise<void> {
  expect((await contentOf(blobs, key, bytes)).equals(whole.subarray(0, bytes))).toBe(true)
  expect(await blobs.findStored(key)).toMatchObject({ bytes })
}

test('they are gone on with in place, save after save', async () => {
  const key = freshQuarantineKey()
  await save(key, [9 * MIB, 9 * MIB + 10, 16 * MIB])
  await goOn(key, 16 * MIB)
  await expectWhole(key)
})

test('they can be read, and gone on with afterwards', async () => {
  const key = freshQuarantineKey()
  await save(key, [17 * MIB])
  const saved = await savedOf(key, 17 * MIB)
  expect((await buffer(saved.read())).equals(whole.subarray(0, 17 * MIB))).toBe(true)
  const writer = await saved.append()
  await writer.write(whole.subarray(17 * MIB, 18 * MIB))
  await writer.save()
  await writer.close()
  await goOn(key, 18 * MIB)
  await expectWhole(key)
})

test('they can be read by one process and gone on with by another', async () => {
  const key = freshQuarantineKey()
  await save(key, [14 * MIB])
  expect(await buffer((await savedOf(key, 14 * MIB)).read())).toHaveLength(14 * MIB)
  expect((await buffer((await savedOf(key, 12 * MIB)).read())).equals(whole.subarray(0, 12 * MIB))).toBe(true)
  await goOn(key, 14 * MIB)
  await expectWhole(key)
})

test('parts that came after the last save are dropped', async () => {
  const key = freshQuarantineKey()
  await save(key, [9 * MIB], 12 * MIB)
  await goOn(key, 9 * MIB)
  await expectWhole(key)
})

test('parts that came after a save of less than a part are dropped', async () => {
  const key = freshQuarantineKey()
  await save(key, [1000], 20 * MIB)
  await goOn(key, 1000, 6 * MIB)
  await expectWhole(key, 6 * MIB)
})

test.each([18 * MIB, 17 * MIB, 16 * MIB + 3, 9 * MIB, 6 * MIB, 1000, 1])(
  'of 19 MiB that were saved the first %i count, where the row knows no more',
  async sizeBytes => {
    const key = freshQuarantineKey()
    await save(key, [8 * MIB, 17 * MIB, 19 * MIB])
    const saved = await savedOf(key, sizeBytes)
    const writer = await saved.append()
    await writer.write(Buffer.from('end'))
    await writer.commit()
    const expected = Buffer.concat([whole.subarray(0, sizeBytes), Buffer.from('end')])
    expect((await contentOf(blobs, key, sizeBytes + 3)).equals(expected)).toBe(true)
    expect(await blobs.findStored(key)).toMatchObject({ bytes: sizeBytes + 3 })
  },
)

test('bytes that were committed unknown to their row are unfinished again, large ones too', async () => {
  const key = freshQuarantineKey()
  await save(key, [10 * MIB])
  await goOn(key, 10 * MIB)
  const saved = await savedOf(key, 10 * MIB)
  expect((await buffer(saved.read())).equals(whole.subarray(0, 10 * MIB))).toBe(true)
  const writer = await saved.append()
  await pieces(writer, whole.subarray(10 * MIB, 21 * MIB))
  await writer.commit()
  await expectWhole(key, 21 * MIB)
})

test('giving up what was gone on with leaves nothing unfinished', async () => {
  const key = freshQuarantineKey()
  await save(key, [9 * MIB])
  const writer = await (await savedOf(key, 9 * MIB)).append()
  await pieces(writer, whole.subarray(9 * MIB, 20 * MIB))
  await writer.abort()
  expect(await blobs.saved(key, 1)).toBeUndefined()
  expect(await leftoversOf(blobs, Date.now() + 60_000)).not.toContain(key.replace('quarantine/', 'incoming/'))
})

test('an unfinished write is listed with all its bytes, once', async () => {
  const key = freshQuarantineKey()
  await save(key, [9 * MIB, 10 * MIB])
  const name = key.replace('quarantine/', 'incoming/')
  const listed = (await flattened(blobs.stored('incoming'))).filter(file => file.key === name)
  expect(listed).toMatchObject([{ bytes: 10 * MIB, isOurs: true }])
  expect(await blobs.findStored(name)).toMatchObject({ bytes: 10 * MIB })
  await blobs.remove(name)
  expect(await blobs.findStored(name)).toBeUndefined()
})

test('what is promoted is the whole of many parts', async () => {
  const [key, media] = [freshQuarantineKey(), freshMediaKey()]
  const writer = await blobs.create(key)
  await pieces(writer, whole)
  await writer.commit()
  await blobs.promote(key, media, AS_PNG)
  await blobs.remove(key)
  await expectWhole(media)
})
