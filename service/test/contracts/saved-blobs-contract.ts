// Every promise of bytes that are saved unfinished, for a store to keep.
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Blobs, SavedBytes } from '../../src/assets/ports.ts'
import { contentOf, freshQuarantineKey, leftoversOf, patternOf } from '../support/blobs.ts'
import type { BlobStore } from './blobs-contract.ts'

const MIB = 1024 * 1024
const A_MINUTE = 60_000
const UNAVAILABLE = { code: 'service_unavailable' }

export function describeSavedBlobs(name: string, open: () => Promise<BlobStore>): void {
  describe(`${name}: bytes saved unfinished`, () => {
    let store: BlobStore
    let blobs: Blobs
    beforeAll(async () => {
      store = await open()
      blobs = store.blobs
    })
    afterAll(() => store.close())

    /** Writes and saves `sure` bytes, then `unsure` ones more, and leaves the writer as a lost process would. */
    async function save(key: string, sure: number, unsure = 0): Promise<void> {
      const whole = patternOf(sure + unsure)
      const writer = await blobs.create(key)
      await writer.write(Uint8Array.from(whole.subarray(0, sure)))
      await writer.save()
      await writer.write(Uint8Array.from(whole.subarray(sure)))
      await writer.close()
    }

    async function savedOf(key: string, bytes: number, from = blobs): Promise<SavedBytes> {
      const saved = await from.saved(key, bytes)
      if (saved === undefined) throw new Error(`${bytes} bytes of ${key} are not there`)
      return saved
    }

    it('are found again as they are, also by an adapter that is opened later', async () => {
      const key = freshQuarantineKey()
      await save(key, 3 * MIB + 5)
      for (const from of [blobs, await store.openAgain()])
        expect(
          (await buffer((await savedOf(key, 3 * MIB + 5, from)).read())).equals(patternOf(3 * MIB + 5)),
        ).toBe(true)
    })

    it('are gone on with, and make one file with what follows', async () => {
      const key = freshQuarantineKey()
      const whole = patternOf(2 * MIB + 9)
      await save(key, MIB)
      for (const [from, to] of [
        [MIB, MIB + 1],
        [MIB + 1, 2 * MIB],
      ] as const) {
        const writer = await (await savedOf(key, from)).append()
        await writer.write(Uint8Array.from(whole.subarray(from, to)))
        await writer.save()
        await writer.close()
      }
      const last = await (await savedOf(key, 2 * MIB)).append()
      await last.write(whole.subarray(2 * MIB))
      await last.commit()
      expect((await contentOf(blobs, key, whole.length)).equals(whole)).toBe(true)
    })

    it('are all that counts: what was written behind them is dropped', async () => {
      const key = freshQuarantineKey()
      await save(key, 1000, 2 * MIB)
      const writer = await (await savedOf(key, 1000)).append()
      await writer.write(Buffer.from('end'))
      await writer.commit()
      const bytes = await contentOf(blobs, key, 1003)
      expect(bytes.equals(Buffer.concat([patternOf(1000), Buffer.from('end')]))).toBe(true)
      await expect(blobs.read(key, { start: 0, end: 1003 })).rejects.toMatchObject(UNAVAILABLE)
    })

    it('are not there when fewer were saved, or none, or they were removed', async () => {
      const key = freshQuarantineKey()
      await save(key, 1000)
      expect(await blobs.saved(key, 1001)).toBeUndefined()
      expect(await blobs.saved(freshQuarantineKey(), 1)).toBeUndefined()
      await blobs.remove(key.replace('quarantine/', 'incoming/'))
      expect(await blobs.saved(key, 1000)).toBeUndefined()
    })

    it('are unfinished again though they were committed, for whoever knows them only as saved', async () => {
      const key = freshQuarantineKey()
      const writer = await blobs.create(key)
      await writer.write(patternOf(5000))
      await writer.commit()
      const saved = await savedOf(key, 4000)
      expect((await buffer(saved.read())).equals(patternOf(4000))).toBe(true)
      const again = await saved.append()
      await again.write(Buffer.from('end'))
      await again.commit()
      expect((await contentOf(blobs, key, 4003)).subarray(4000).toString()).toBe('end')
    })

    it('are no finished bytes, and are left over until removed', async () => {
      const key = freshQuarantineKey()
      await save(key, 10)
      const unfinished = key.replace('quarantine/', 'incoming/')
      await expect(blobs.read(key, { start: 0, end: 9 })).rejects.toMatchObject(UNAVAILABLE)
      expect(await leftoversOf(blobs, Date.now() + A_MINUTE)).toContain(unfinished)
      await blobs.remove(unfinished)
      expect(await leftoversOf(blobs, Date.now() + A_MINUTE)).not.toContain(unfinished)
    })

    it('may go on being written by one who saved them', async () => {
      const key = freshQuarantineKey()
      const writer = await blobs.create(key)
      for (let at = 0; at < 10; at++) {
        await writer.write(patternOf(100_000).subarray(at * 10_000, (at + 1) * 10_000))
        await writer.save()
      }
      await writer.commit()
      expect((await contentOf(blobs, key, 100_000)).equals(patternOf(100_000))).toBe(true)
    })
  })
}
