// What reconciling asks of a store: everything that lies in it, and since when.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Area } from '../../src/upkeep/ports.ts'
import { AS_PNG, freshMediaKey, freshQuarantineKey, patternOf, put } from '../support/blobs.ts'
import { flattened } from '../support/flattened.ts'
import type { BlobStore } from './blobs-contract.ts'

/** A store's clock may be a little coarser than ours. */
const COARSE_MS = 1_000

export function describeStored(name: string, open: () => Promise<BlobStore>): void {
  describe(`${name}: what lies in it`, () => {
    let store: BlobStore
    beforeAll(async () => {
      store = await open()
    })
    afterAll(() => store.close())
    const filesIn = (area: Area) => flattened(store.blobs.stored(area))
    const keysIn = async (area: Area) => (await filesIn(area)).map(({ key }) => key)

    it('is listed by area with its length, while it is there', async () => {
      const [key, media] = [freshQuarantineKey(), freshMediaKey()]
      await put(store.blobs, key, patternOf(10))
      await store.blobs.promote(key, media, AS_PNG)
      const writer = await store.blobs.create(freshQuarantineKey())
      expect(await filesIn('quarantine')).toMatchObject([{ key, bytes: 10, isOurs: true }])
      expect(await filesIn('media')).toMatchObject([{ key: media, bytes: 10, isOurs: true }])
      expect(await filesIn('incoming')).toMatchObject([{ isOurs: true }])
      await writer.abort()
      await store.blobs.remove(key)
      await store.blobs.remove(media)
      for (const area of ['quarantine', 'media', 'incoming'] as const) expect(await keysIn(area)).toEqual([])
    })

    it('is as young as its newest name: publishing old bytes touches them', async () => {
      const [key, media] = [freshQuarantineKey(), freshMediaKey()]
      await put(store.blobs, key, patternOf(10))
      const before = Date.now()
      await store.blobs.promote(key, media, AS_PNG)
      const found = await store.blobs.findStored(media)
      expect(found?.touchedAt).toBeGreaterThan(before - COARSE_MS)
    })

    it('is found by its key, and what is not there is not', async () => {
      const key = freshQuarantineKey()
      await put(store.blobs, key, patternOf(7))
      expect(await store.blobs.findStored(key)).toMatchObject({ key, bytes: 7, isOurs: true })
      expect(await store.blobs.findStored(freshQuarantineKey())).toBeUndefined()
      expect(await store.blobs.findStored(freshMediaKey())).toBeUndefined()
      expect(await store.blobs.findStored('../secret.key')).toBeUndefined()
    })

    it('is listed whole, however much it is', async () => {
      const keys = Array.from({ length: 1_001 }, freshQuarantineKey)
      for (let at = 0; at < keys.length; at += 50)
        await Promise.all(keys.slice(at, at + 50).map(key => put(store.blobs, key, patternOf(1))))
      const listed = new Set(await keysIn('quarantine'))
      expect(keys.filter(key => !listed.has(key))).toEqual([])
    })

    it('can be brought under its media key at once, as a copy of another store', async () => {
      const media = freshMediaKey()
      const writer = await store.blobs.create(media)
      await writer.write(patternOf(9))
      expect(await store.blobs.findStored(media)).toBeUndefined()
      await writer.commit()
      expect(await store.blobs.findStored(media)).toMatchObject({ bytes: 9 })
      const unfinished = await store.blobs.create(freshMediaKey())
      for (const { key, isOurs } of await filesIn('incoming')) {
        expect(isOurs).toBe(true)
        await store.blobs.remove(key)
      }
      await expect(unfinished.commit()).rejects.toMatchObject({ code: 'service_unavailable' })
      await unfinished.abort()
    })
  })
}
