// Keeps the promise that sounds, videos and documents are read for what they are, however they were written.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PDFDocument } from 'pdf-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HEAD_BYTES } from '../../src/assets/head.ts'
import { glance } from '../../src/media/glance.ts'
import { inspect } from '../../src/media/probe/inspect.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-media-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function look(type: string, bytes: Uint8Array) {
  const file = path.join(folder, 'file')
  await writeFile(file, bytes)
  const found = await inspect(type, file, 1)
  // What the first bytes tell alone must be what a look into the whole file tells.
  const glanced = await glance(type, bytes.subarray(0, HEAD_BYTES), bytes.length)
  if (glanced !== undefined) expect(glanced).toEqual(found)
  return found
}

/** A chunk that readers pass over. */
function chunkOf(bytes: number): Buffer {
  const chunk = Buffer.alloc(8 + bytes)
  chunk.write('junk', 'latin1')
  chunk.writeUInt32LE(bytes, 4)
  return chunk
}

/** Cuts a file down to a part of its bytes. */
const part = (bytes: Buffer, share: number) => bytes.subarray(0, Math.floor(bytes.length * share))

describe('a WAV', () => {
  it('lasts as long as its samples', async () => {
    expect(await look('audio/wav', wavOf(88_244))).toMatchObject({
      durationSeconds: 1,
      audioCodec: 'pcm_s16le',
      fault: null,
    })
  })

  it('is told by its first bytes alone, unless its samples begin behind them', async () => {
    const wav = wavOf(88_244)
    expect(await glance('audio/wav', wav.subarray(0, 44), wav.length)).toMatchObject({ durationSeconds: 1 })
    const late = Buffer.concat([wav.subarray(0, 36), chunkOf(HEAD_BYTES), wav.subarray(36)])
    expect(await glance('audio/wav', late.subarray(0, HEAD_BYTES), late.length)).toBeUndefined()
    expect(await look('audio/wav', late)).toMatchObject({ durationSeconds: 1 })
  })

  it('may leave its length open, as one that was written into a pipe does', async () => {
    const bytes = wavOf(88_244)
    bytes.writeUInt32LE(0xffffffff, 4)
    bytes.writeUInt32LE(0xffffffff, 40)
    expect(await look('audio/wav', bytes)).toMatchObject({ durationSeconds: 1, fault: null })
  })

  it('may have other chunks before and behind its samples', async () => {
    const sample = await sampleBytes('a.wav')
    const bytes = Buffer.concat([sample, Buffer.from('LIST\x04\0\0\0INFO', 'latin1')])
    expect(await look('audio/wav', bytes)).toMatchObject({ durationSeconds: 3, fault: null })
  })

  it.each([
    ['its samples are cut off', () => wavOf(4000).subarray(0, 3000)],
    ['it has no samples', () => wavOf(4000).fill(0, 40, 44)],
    ['it has no chunk of samples', () => wavOf(4000).subarray(0, 36)],
    ['its blocks have no length', () => wavOf(4000).fill(0, 32, 34)],
    ['nobody knows its encoding', () => wavOf(4000).fill(0x42, 20, 22)],
  ])('is refused where %s', async (_what, make) => {
    expect((await look('audio/wav', make())).fault?.kind).toBe('unreadable')
  })
})

describe('an MP3', () => {
  it('is not whole where it is shorter than its encoder noted', async () => {
    expect((await look('audio/mpeg', part(await sampleBytes('a.mp3'), 0.5))).fault?.message).toContain(
      'whole',
    )
  })

  it('without a note is as long as the whole frames it has', async () => {
    const bytes = await sampleBytes('plain.mp3')
    expect(await look('audio/mpeg', part(bytes, 0.5))).toMatchObject({ durationSeconds: 0.392, fault: null })
  })

  it('may have tags before and behind it, and rubbish in between', async () => {
    const bytes = await sampleBytes('plain.mp3')
    const tag = Buffer.alloc(138)
    tag.write('ID3\x03\0\0\0\0\x01\0', 'latin1')
    const dressed = Buffer.concat([tag, Buffer.alloc(500), bytes, Buffer.alloc(300, 'x'), bytes, tag])
    expect(await look('audio/mpeg', dressed)).toMatchObject({ durationSeconds: 2.142, fault: null })
  })

  it.each([
    [
      'a tag and nothing else',
      Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\x01\0', 'latin1'), Buffer.alloc(128)]),
    ],
    [
      'FLAC behind a tag',
      Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0\0fLaC', 'latin1'), Buffer.alloc(9000, 7)]),
    ],
    ['a lone frame head', Buffer.from([0xff, 0xfb, 0x90, 0xc4])],
  ])('is not %s', async (_what, bytes) => {
    expect((await look('audio/mpeg', bytes)).fault?.kind).toBe('unreadable')
  })
})

describe('an Ogg', () => {
  it.each(['a.ogg', 'o.ogg'])('is not whole where the last page of %s is cut', async name => {
    const bytes = await sampleBytes(name)
    for (const missing of [1, 100]) {
      const facts = await look('audio/ogg', bytes.subarray(0, -missing))
      expect(facts.fault?.message).toContain('whole')
    }
  })

  it('may lack the page that ends it, as a recorded broadcast does', async () => {
    const bytes = await sampleBytes('o.ogg')
    const facts = await look('audio/ogg', bytes.subarray(0, bytes.lastIndexOf('OggS')))
    expect(facts).toMatchObject({ audioCodec: 'opus', fault: null })
  })
})

describe('a video', () => {
  it.each(['v.mp4', 'v.mov', 'v.webm'])('may carry other bytes behind its end, as %s', async name => {
    const types: Record<string, string> = { mp4: 'video/mp4', mov: 'video/quicktime', webm: 'video/webm' }
    const bytes = Buffer.concat([await sampleBytes(name), Buffer.alloc(3000, 'PK\x03\x04 a zip archive ')])
    expect(await look(types[name.split('.')[1] ?? ''] ?? '', bytes)).toMatchObject({
      width: 640,
      fault: null,
    })
  })

  it('is refused as WebM where it calls itself Matroska', async () => {
    const bytes = await sampleBytes('v.webm')
    bytes.write('matr', bytes.indexOf('webm'), 'latin1')
    expect((await look('video/webm', bytes)).fault?.kind).toBe('unreadable')
  })

  it('is refused where an index points behind the end of the file', async () => {
    const bytes = await sampleBytes('v.mp4')
    const offsets = bytes.indexOf('stco')
    for (let at = offsets + 12; at < offsets + 12 + 4 * bytes.readUInt32BE(offsets + 8); at += 4)
      bytes.writeUInt32BE(0x7fffffff, at)
    expect((await look('video/mp4', bytes)).fault?.kind).toBe('unreadable')
  })
})

describe('a video that would keep its reader busy for ever', () => {
  it('is refused where its index has far more times than frames', async () => {
    const bytes = await sampleBytes('v.mp4')
    bytes.writeUInt32BE(0x7fffffff, bytes.indexOf('stts') + 12)
    expect((await look('video/mp4', bytes)).fault?.message).toContain('damaged index')
  })

  it('is refused where a live recording ends in rubbish', async () => {
    const bytes = Buffer.concat([await sampleBytes('live.webm'), Buffer.alloc(100)])
    expect((await look('video/webm', bytes)).fault?.kind).toBe('unreadable')
  })
})

/** A document whose root of pages names itself as its page. */
async function circularPdf(): Promise<Buffer> {
  const document = await PDFDocument.create()
  document.addPage()
  const text = Buffer.from(await document.save({ useObjectStreams: false })).toString('latin1')
  const root = /\/Pages (\d+ 0 R)/.exec(text)?.[1]
  return Buffer.from(text.replace(/\/Kids \[ \d+ 0 R \]/, `/Kids [ ${root} ]`), 'latin1')
}

describe('a PDF', () => {
  it('has as many pages as it shows, in object streams too', async () => {
    const document = await PDFDocument.create()
    for (let page = 0; page < 250; page += 1) document.addPage()
    for (const useObjectStreams of [true, false])
      expect(await look('application/pdf', await document.save({ useObjectStreams }))).toMatchObject({
        pages: 250,
      })
  })

  it('may carry other bytes behind its end', async () => {
    const bytes = Buffer.concat([await sampleBytes('three.pdf'), Buffer.alloc(3000, '\n')])
    expect(await look('application/pdf', bytes)).toMatchObject({ pages: 3, fault: null })
  })

  it.each([
    ['its end is missing', async () => (await sampleBytes('three.pdf')).subarray(0, -8)],
    [
      'the end of one laid out for the web is missing',
      async () => part(await sampleBytes('linearized.pdf'), 0.7),
    ],
    ['there is nothing between its ends', async () => Buffer.from('%PDF-1.7\nstartxref\n0\n%%EOF\n')],
    ['its pages are a circle', circularPdf],
  ])('is refused where %s', async (_what, make) => {
    expect((await look('application/pdf', await make())).fault?.kind).toBe('unreadable')
  })
})
