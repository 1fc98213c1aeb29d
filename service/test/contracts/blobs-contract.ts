// Every promise of the bytes, for a store to keep.
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { conflict } from '../../src/ground/errors.ts'
import type { BlobStore as Blobs } from '../../src/upkeep/ports.ts'
import {
  AS_PNG,
  contentOf,
  freshMediaKey,
  freshQuarantineKey,
  leftoversOf,
  patternOf,
  put,
} from '../support/blobs.ts'

/** What an adapter gives to be tested. */
export interface BlobStore {
  /** Opened over a place that is empty. */
  blobs: Blobs
  /** Another adapter over the same place, as a second process has. */
  openAgain(): Promise<Blobs>
  close(): Promise<void>
}

const MIB = 1024 * 1024
const UNAVAILABLE = { code: 'service_unavailable' }
const A_MINUTE = 60_000

const badKeys = [
  '',
  'quarantine/',
  'quarantine/a',
  'quarantine/../a.1',
  'quarantine/a.1/../../../x',
  'quarantine/a/b.1',
  'quarantine/a.1\0',
  'quarantine/a.1\n',
  'Quarantine/a.1',
  '/quarantine/a.1',
  '../quarantine/a.1',
  'media/ab',
  'media/abc/00000000000000000000000000000000',
  'media/../00000000000000000000000000000000',
  'media/ab/../../x',
  'media/AB/00000000000000000000000000000000',
]

export function describeBlobs(name: string, open: () => Promise<BlobStore>): void {
  describe(`${name}: bytes`, () => {
    let store: BlobStore
    let blobs: Blobs
    beforeAll(async () => {
      store = await open()
      blobs = store.blobs
    })
    afterEach(async () => {
      for (const key of await leftoversOf(blobs, Date.now() + A_MINUTE)) await blobs.remove(key)
    })
    afterAll(() => store.close())

    it('exist for nobody before they are committed, and for everybody afterwards', async () => {
      const key = freshQuarantineKey()
      const other = await store.openAgain()
      const writer = await blobs.create(key)
      await writer.write(patternOf(3 * MIB))
      await expect(blobs.read(key, { start: 0, end: 0 })).rejects.toMatchObject(UNAVAILABLE)
      await writer.commit()
      expect((await contentOf(blobs, key, 3 * MIB)).equals(patternOf(3 * MIB))).toBe(true)
      expect((await contentOf(other, key, 3 * MIB)).equals(patternOf(3 * MIB))).toBe(true)
    })

    it('are there for everybody once they are put, however few they are', async () => {
      const other = await store.openAgain()
      for (const bytes of [0, 1, 20_000]) {
        const key = freshQuarantineKey()
        await blobs.put(key, patternOf(bytes))
        expect((await contentOf(blobs, key, bytes)).equals(patternOf(bytes))).toBe(true)
        expect((await contentOf(other, key, bytes)).equals(patternOf(bytes))).toBe(true)
      }
    })

    it('are put under no key that is not theirs', async () => {
      for (const key of badKeys) await expect(blobs.put(key, patternOf(10))).rejects.toThrow()
    })

    it('leave nothing behind when their writing is given up', async () => {
      for (const bytes of [0, 10, 2 * MIB]) {
        const key = freshQuarantineKey()
        const writer = await blobs.create(key)
        await writer.write(patternOf(bytes))
        await expect(writer.abort()).resolves.toBeUndefined()
        await expect(blobs.read(key, { start: 0, end: 0 })).rejects.toMatchObject(UNAVAILABLE)
      }
      expect(await leftoversOf(blobs, Date.now() + A_MINUTE)).toEqual([])
    })

    it('can be written again under a key whose writing was given up', async () => {
      const key = freshQuarantineKey()
      const given = await blobs.create(key)
      await given.write(patternOf(100))
      await given.abort()
      await put(blobs, key, patternOf(7))
      expect(await contentOf(blobs, key, 7)).toEqual(patternOf(7))
    })

    it('may be none at all', async () => {
      const key = freshQuarantineKey()
      await put(blobs, key)
      expect(await blobs.withFile(key, path => readFile(path))).toHaveLength(0)
    })

    it.each([
      ['twenty thousand of a few bytes', Array.from({ length: 20_000 }, (_, n) => n % 7)],
      ['one large', [5 * MIB + 3]],
      ['some around half a mebibyte', [MIB / 2 - 1, 1, MIB / 2, MIB / 2 + 1, 2 * MIB, 1]],
    ])('come out as they went in, in %s', async (_, sizes) => {
      const key = freshQuarantineKey()
      const whole = patternOf(sizes.reduce((sum, size) => sum + size, 0))
      let at = 0
      const pieces = sizes.map(size => {
        const from = at
        at += size
        return whole.subarray(from, at)
      })
      await put(blobs, key, ...pieces)
      expect((await contentOf(blobs, key, whole.length)).equals(whole)).toBe(true)
      expect((await blobs.withFile(key, path => readFile(path))).equals(whole)).toBe(true)
    })

    it('do not mix when many are written at once', async () => {
      const keys = Array.from({ length: 30 }, freshQuarantineKey)
      const writers = await Promise.all(keys.map(key => blobs.create(key)))
      for (let round = 0; round < 20; round++)
        await Promise.all(writers.map((writer, n) => writer.write(Buffer.alloc(1000, n))))
      await Promise.all(writers.map(writer => writer.commit()))
      for (const [n, key] of keys.entries())
        expect((await contentOf(blobs, key, 20_000)).equals(Buffer.alloc(20_000, n))).toBe(true)
    })

    it('can be read from any byte to any other', async () => {
      const key = freshQuarantineKey()
      const whole = patternOf(3 * MIB + 7)
      await put(blobs, key, whole)
      const ranges = [
        [0, 0],
        [0, 9],
        [MIB - 1, MIB - 1],
        [0, MIB - 1],
        [0, MIB],
        [1, MIB],
        [MIB / 2 - 1, MIB / 2],
        [MIB / 2 + 1, 2 * MIB + MIB / 2 + 1],
        [3 * MIB + 6, 3 * MIB + 6],
        [2 * MIB, 3 * MIB + 6],
        [0, 3 * MIB + 6],
      ] as const
      for (const [start, end] of ranges) {
        const bytes = await buffer(await blobs.read(key, { start, end }))
        expect(bytes.equals(whole.subarray(start, end + 1)), `${start} to ${end}`).toBe(true)
      }
    })

    it('can be read by many at once, each at its own pace', async () => {
      const key = freshQuarantineKey()
      const whole = patternOf(2 * MIB)
      await put(blobs, key, whole)
      const slow = await blobs.read(key, { start: 0, end: 2 * MIB - 1 })
      const [first, ...others] = await Promise.all(
        Array.from({ length: 5 }, () => contentOf(blobs, key, 2 * MIB)),
      )
      expect([first, ...others].every(bytes => bytes?.equals(whole))).toBe(true)
      expect((await buffer(slow)).equals(whole)).toBe(true)
    })

    it('can be dropped by their reader at any time', async () => {
      const key = freshQuarantineKey()
      await put(blobs, key, patternOf(3 * MIB))
      for await (const chunk of await blobs.read(key, { start: 0, end: 3 * MIB - 1 })) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      await blobs.remove(key)
      await expect(blobs.read(key, { start: 0, end: 0 })).rejects.toMatchObject(UNAVAILABLE)
    })

    it('are promoted without leaving quarantine, and stay when either is removed', async () => {
      const [first, second] = [freshQuarantineKey(), freshQuarantineKey()]
      const [firstMedia, secondMedia] = [freshMediaKey(), freshMediaKey()]
      for (const [key, media] of [[first, firstMedia] as const, [second, secondMedia] as const]) {
        await put(blobs, key, patternOf(MIB))
        await blobs.promote(key, media, AS_PNG)
        expect((await contentOf(blobs, media, MIB)).equals(patternOf(MIB))).toBe(true)
      }
      await blobs.remove(first)
      await blobs.remove(secondMedia)
      expect((await contentOf(blobs, firstMedia, MIB)).equals(patternOf(MIB))).toBe(true)
      expect((await contentOf(blobs, second, MIB)).equals(patternOf(MIB))).toBe(true)
    })

    it('stay what they were when promoted, whatever is written into quarantine later', async () => {
      const [key, media] = [freshQuarantineKey(), freshMediaKey()]
      await put(blobs, key, patternOf(100))
      await blobs.promote(key, media, AS_PNG)
      await put(blobs, key, Buffer.alloc(100, 'x'))
      expect(await contentOf(blobs, media, 100)).toEqual(patternOf(100))
      expect(await contentOf(blobs, key, 100)).toEqual(Buffer.alloc(100, 'x'))
    })

    it('can be removed more often than they are there', async () => {
      const key = freshQuarantineKey()
      await put(blobs, key, patternOf(10))
      for (const gone of [key, key, freshQuarantineKey(), freshMediaKey()])
        await expect(blobs.remove(gone)).resolves.toBeUndefined()
    })

    it('that are not there are unavailable to whoever wants them', async () => {
      const gone = freshQuarantineKey()
      await expect(blobs.read(gone, { start: 0, end: 5 })).rejects.toMatchObject(UNAVAILABLE)
      await expect(blobs.read(gone, { start: 0, end: 5 * MIB })).rejects.toMatchObject(UNAVAILABLE)
      await expect(blobs.promote(gone, freshMediaKey(), AS_PNG)).rejects.toMatchObject(UNAVAILABLE)
      await expect(blobs.withFile(gone, path => readFile(path))).rejects.toMatchObject(UNAVAILABLE)
    })

    it('are lent as a file: what its user answers or throws is handed on', async () => {
      const key = freshQuarantineKey()
      await put(blobs, key, patternOf(10))
      const refusal = conflict('not now', true)
      expect(await blobs.withFile(key, async () => 'seen')).toBe('seen')
      await expect(blobs.withFile(key, () => Promise.reject(refusal))).rejects.toBe(refusal)
    })

    it('have keys of their own shape, and nothing is done with any other', async () => {
      const good = freshQuarantineKey()
      await put(blobs, good, patternOf(1))
      for (const key of badKeys)
        for (const use of [
          () => blobs.create(key),
          () => blobs.read(key, { start: 0, end: 0 }),
          () => blobs.remove(key),
          () => blobs.promote(good, key, AS_PNG),
          () => blobs.promote(key, freshMediaKey(), AS_PNG),
          () => blobs.withFile(key, async () => 'used'),
        ])
          await expect(use(), key).rejects.toThrow('not a blob key')
      expect(await leftoversOf(blobs, Date.now() + A_MINUTE)).toEqual([good])
    })

    it('are left over in quarantine until removed, but only when old enough, and never as media', async () => {
      const [kept, promoted] = [freshQuarantineKey(), freshQuarantineKey()]
      await put(blobs, kept, patternOf(1))
      await put(blobs, promoted, patternOf(1))
      await blobs.promote(promoted, freshMediaKey(), AS_PNG)
      expect(await leftoversOf(blobs, Date.now() - A_MINUTE)).toEqual([])
      const found = () => leftoversOf(blobs, Date.now() + A_MINUTE)
      expect(await found()).toEqual([kept, promoted].sort())
      await blobs.remove(promoted)
      expect(await found()).toEqual([kept])
    })

    it('that were never finished can be discarded, and can then no longer appear', async () => {
      const [key, younger] = [freshQuarantineKey(), freshQuarantineKey()]
      const writer = await blobs.create(key)
      await writer.write(patternOf(MIB))
      const unfinished = key.replace('quarantine/', 'incoming/')
      expect(await leftoversOf(blobs, Date.now() - A_MINUTE)).toEqual([])
      expect(await leftoversOf(blobs, Date.now() + A_MINUTE)).toEqual([unfinished])
      await put(blobs, younger, patternOf(1))
      await blobs.remove(unfinished)
      await expect(writer.commit()).rejects.toMatchObject(UNAVAILABLE)
      await expect(writer.abort()).resolves.toBeUndefined()
      await expect(blobs.read(key, { start: 0, end: 0 })).rejects.toMatchObject(UNAVAILABLE)
      expect(await contentOf(blobs, younger, 1)).toEqual(patternOf(1))
    })

    it('are still there for an adapter that is opened later', async () => {
      const [key, media] = [freshQuarantineKey(), freshMediaKey()]
      await put(blobs, key, patternOf(10))
      await blobs.promote(key, media, AS_PNG)
      const later = await store.openAgain()
      expect(await contentOf(later, media, 10)).toEqual(patternOf(10))
      expect(await leftoversOf(later, Date.now() + A_MINUTE)).toEqual([key])
    })
  })
}
