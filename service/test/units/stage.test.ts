// Bytes on their way into quarantine are counted, hashed and sniffed alike however they arrive.
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stage } from '../../src/assets/stage.ts'
import { type DiskBlobs, openDisk } from '../../src/blobs/disk/open-disk.ts'
import { openMedia } from '../../src/media/open-media.ts'
import { contentOf, freshQuarantineKey, leftoversOf, patternOf } from '../support/blobs.ts'
import { sampleBytes } from '../support/samples.ts'

const media = openMedia()
let folder = ''
let blobs: DiskBlobs
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-stage-'))
  blobs = await openDisk(folder)
})
afterAll(() => rm(folder, { recursive: true }))

/** The bytes in pieces of these sizes, over and over. */
async function* inPieces(bytes: Buffer, sizes: number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? bytes.length
    yield bytes.subarray(at, at + size)
    at += size
  }
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Nothing of the key is left, neither whole nor unfinished. */
async function expectNothing(key: string): Promise<void> {
  const leftovers = await leftoversOf(blobs, Date.now() + 60_000)
  expect(leftovers).not.toContain(key)
  expect(leftovers.filter(left => left.startsWith('incoming/'))).toEqual([])
}

describe('Staging', () => {
  it('says the same of the same bytes in pieces of any size', async () => {
    const picture = await sampleBytes('i.avif')
    const whole = Buffer.concat([picture, patternOf(70_000)])
    const sizes = fc.array(fc.constantFrom(1, 2, 7, 1000, 4096, 65_535, 65_536, 65_537), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(sizes, async sizes => {
        const key = freshQuarantineKey()
        const staged = await stage({ blobs, media }, inPieces(whole, sizes), { key, maxBytes: whole.length })
        expect(staged).toEqual({
          key,
          sizeBytes: whole.length,
          sha256: hashOf(whole),
          sniffedType: 'image/avif',
        })
        expect((await contentOf(blobs, key, whole.length)).equals(whole)).toBe(true)
        await blobs.remove(key)
      }),
      { numRuns: 15, examples: [[[1]]] },
    )
  })

  it('knows no type of bytes that show none, nor of none at all', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('plain words')]) {
      const key = freshQuarantineKey()
      const staged = await stage({ blobs, media }, inPieces(bytes, [4]), { key, maxBytes: 100 })
      expect(staged).toEqual({ key, sizeBytes: bytes.length, sha256: hashOf(bytes), sniffedType: null })
    }
  })

  it('shows the first 64 KiB to whoever names their type, or all bytes where there are fewer', async () => {
    const heads: Buffer[] = []
    const watching = {
      ...media,
      sniff: async (head: Uint8Array) => {
        heads.push(Buffer.from(head))
        return undefined
      },
    }
    const bytes = patternOf(100_000)
    for (const length of [0, 5, 65_535, 65_536, 65_537, 100_000]) {
      const all = bytes.subarray(0, length)
      const key = freshQuarantineKey()
      await stage({ blobs, media: watching }, inPieces(all, [7000]), { key, maxBytes: 100_000 })
      expect(heads.pop()?.equals(all.subarray(0, 65_536)), String(length)).toBe(true)
    }
  })

  it('takes as many bytes as it may, and refuses one more without a trace', async () => {
    const bytes = patternOf(1000)
    const key = freshQuarantineKey()
    await stage({ blobs, media }, inPieces(bytes, [300]), { key, maxBytes: 1000 })
    const tooLong = freshQuarantineKey()
    await expect(
      stage({ blobs, media }, inPieces(bytes, [300]), { key: tooLong, maxBytes: 999 }),
    ).rejects.toMatchObject({ code: 'payload_too_large', canHeal: false })
    await expectNothing(tooLong)
  })

  it('hands on what stops the bytes or the hold, and leaves no trace', async () => {
    const trouble = new Error('cut off')
    const cutOff = async function* () {
      yield patternOf(100)
      throw trouble
    }
    const key = freshQuarantineKey()
    await expect(stage({ blobs, media }, cutOff(), { key, maxBytes: 1000 })).rejects.toBe(trouble)
    await expectNothing(key)
    const onBytes = () => Promise.reject(trouble)
    const bytes = inPieces(patternOf(100), [10])
    await expect(stage({ blobs, media }, bytes, { key, maxBytes: 1000, onBytes })).rejects.toBe(trouble)
    await expectNothing(key)
  })

  it('asks for its hold after every piece', async () => {
    let asked = 0
    const onBytes = async () => {
      asked++
    }
    const key = freshQuarantineKey()
    await stage({ blobs, media }, inPieces(patternOf(100), [10]), { key, maxBytes: 100, onBytes })
    expect(asked).toBe(10)
  })
})
