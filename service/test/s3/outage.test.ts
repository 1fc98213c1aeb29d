// A store that stalls, is killed, or loses its answers: nothing is half done, and everything is finished afterwards.
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openBucket } from '../../src/blobs/s3/bucket.ts'
import { copyObject } from '../../src/blobs/s3/joining.ts'
import { openS3, type S3Blobs, type S3Settings } from '../../src/blobs/s3/open-s3.ts'
import { contentOf, freshMediaKey, freshQuarantineKey, patternOf, put } from '../support/blobs.ts'
import { type Gateway, startGateway } from '../support/start-ceph.ts'
import { type LossyProxy, startLossyProxy } from '../support/start-lossy-proxy.ts'
import { cephHere, useBucket } from '../support/use-bucket.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

const MIB = 1024 * 1024
const UNAVAILABLE = { code: 'service_unavailable' }
/** The waits of an impatient adapter: a try of a request is over after a second. */
const IMPATIENT = 0.1

describe('A gateway that stalls or is killed', () => {
  let gateway: Gateway
  let settings: S3Settings
  let blobs: S3Blobs
  beforeEach(async () => {
    gateway = await startGateway(cephHere())
    settings = await useBucket({ endpoint: gateway.endpoint, patience: IMPATIENT })
    blobs = openS3(settings)
    await put(blobs, freshQuarantineKey(), patternOf(10)) // what a store does for the first time takes long
  })
  afterEach(async () => {
    await blobs.close()
    await gateway.close()
    await rm(settings.folder, { recursive: true, force: true })
  })

  it('makes everything unavailable within a bounded time, and works again when it goes on', async () => {
    const key = freshQuarantineKey()
    await put(blobs, key, patternOf(1000))
    gateway.pause()
    const startedAt = performance.now()
    await Promise.all(
      [
        () => blobs.create(freshQuarantineKey()),
        () => blobs.read(key, { start: 0, end: 9 }),
        () => blobs.findStored(key),
        () => blobs.remove(key),
        () => blobs.saved(key, 1),
        () => blobs.withFile(key, async () => 'used'),
        () => blobs.check(),
      ].map(use => expect(use()).rejects.toMatchObject(UNAVAILABLE)),
    )
    expect(performance.now() - startedAt).toBeLessThan(30_000)
    gateway.goOn()
    const other = freshQuarantineKey()
    await put(blobs, other, patternOf(1000))
    expect(await contentOf(blobs, other, 1000)).toEqual(patternOf(1000))
  })

  it('costs an upload no more than what was not saved', async () => {
    const key = freshQuarantineKey()
    const whole = patternOf(20 * MIB)
    const writer = await blobs.create(key)
    await writer.write(whole.subarray(0, 9 * MIB))
    await writer.save()
    await gateway.kill()
    await writer.write(whole.subarray(9 * MIB, 19 * MIB)).catch(() => undefined)
    await expect(writer.save()).rejects.toMatchObject(UNAVAILABLE)
    await gateway.start()
    await expect(writer.commit()).rejects.toMatchObject(UNAVAILABLE) // what it lost would be a hole in the object
    await expect(writer.close()).resolves.toBeUndefined()
    const again = await (await blobs.saved(key, 9 * MIB))?.append()
    await again?.write(whole.subarray(9 * MIB))
    await again?.commit()
    expect((await contentOf(blobs, key, whole.length)).equals(whole)).toBe(true)
  })

  it('breaks what is being read, which never ends as if it were whole', async () => {
    const key = freshQuarantineKey()
    await put(blobs, key, patternOf(40 * MIB))
    const reader = (await blobs.read(key, { start: 0, end: 40 * MIB - 1 }))[Symbol.asyncIterator]()
    await reader.next()
    await gateway.kill()
    const rest = async () => {
      while (!(await reader.next()).done);
    }
    await expect(rest()).rejects.toMatchObject(UNAVAILABLE)
    await gateway.start()
    expect((await contentOf(blobs, key, 40 * MIB)).equals(patternOf(40 * MIB))).toBe(true)
  })
})

describe('A store whose answers are lost', () => {
  let proxy: LossyProxy
  let settings: S3Settings
  beforeEach(async () => {
    const { endpoint } = cephHere()
    proxy = await startLossyProxy(() => endpoint)
    settings = await useBucket({ endpoint: proxy.origin })
  })
  afterEach(() => proxy.close())

  it('has made an object of the parts all the same', async () => {
    const blobs = openS3(settings)
    const key = freshQuarantineKey()
    const writer = await blobs.create(key)
    await writer.write(patternOf(8 * MIB))
    await writer.save()
    proxy.losses = 3
    await writer.commit()
    expect(proxy.lost).toBe(3)
    expect((await contentOf(blobs, key, 8 * MIB)).equals(patternOf(8 * MIB))).toBe(true)
    await blobs.close()
  })

  it('has copied all the same', async () => {
    const blobs = openS3(settings)
    const bucket = openBucket(settings)
    const [from, to] = [freshQuarantineKey(), freshMediaKey()]
    await put(blobs, from, patternOf(1000))
    proxy.losses = 3
    await copyObject(bucket, { from: { key: from, bytes: 1000 }, to })
    expect(proxy.lost).toBe(3)
    expect(await contentOf(blobs, to, 1000)).toEqual(patternOf(1000))
    bucket.close()
    await blobs.close()
  })
})

it('a bucket that is not there, and keys that are not right, are no missing bytes', async () => {
  const settings = await useBucket()
  const strange = [
    { ...settings, bucket: 'nobody-made-this-one' },
    { ...settings, credentials: { accessKeyId: 'TESTKEY', secretAccessKey: 'wrong-secret' } },
    { ...settings, credentials: { accessKeyId: 'NOBODY', secretAccessKey: 'wrong-secret' } },
    { ...settings, endpoint: 'http://127.0.0.9:9', patience: IMPATIENT },
  ].map(openS3)
  for (const blobs of strange) {
    for (const use of [
      () => blobs.findStored(freshMediaKey()),
      () => blobs.saved(freshQuarantineKey(), 1),
      () => blobs.remove(freshMediaKey()),
      () => blobs.create(freshQuarantineKey()),
      () => blobs.check(),
    ]) {
      const error: unknown = await use().catch(error => error)
      expect(error).toMatchObject(UNAVAILABLE)
      expect(JSON.stringify([error, (error as Error).cause, String((error as Error).cause)])).not.toContain(
        'wrong-secret',
      )
    }
    await blobs.close()
  }
})
