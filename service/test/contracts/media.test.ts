// Keeps the promises of the media port: what a look into each kind of file finds, and what it refuses.
import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MediaFacts } from '../../src/assets/media-facts.ts'
import type { Media } from '../../src/assets/ports.ts'
import { openMedia } from '../../src/media/open-media.ts'
import { sampleBytes, samplePath } from '../support/samples.ts'
import { noMedia } from '../support/specimens.ts'

const limits = { maxPixels: 150_000_000 }
const nothing: MediaFacts = { ...noMedia, fault: null }

let media: Media & { close(): Promise<void> }
let folder = ''
beforeAll(async () => {
  media = openMedia()
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-media-'))
})
afterAll(async () => {
  await media.close()
  await rm(folder, { recursive: true })
})

/** Sniffs and inspects a file as an upload would be. */
async function look(file: string): Promise<MediaFacts> {
  const type = await media.sniff(await readFile(file))
  return media.inspect(type ?? '', file, limits)
}

const picture = (width: number, height: number, more: Partial<MediaFacts> = {}) => ({
  ...nothing,
  width,
  height,
  frames: 1,
  hasAlpha: false,
  pixelsChecked: true,
  ...more,
})

const film = (width: number, height: number, more: Partial<MediaFacts> = {}) => ({
  ...nothing,
  width,
  height,
  hasAlpha: false,
  ...more,
})

describe('a look into a whole file', () => {
  it.each<[string, MediaFacts]>([
    ['i.jpg', picture(640, 480)],
    ['gps.jpg', picture(640, 480)],
    ['poly.jpg', picture(640, 480)],
    ['i.png', picture(640, 480)],
    ['polyzip.png', picture(640, 480)],
    ['ok12k.png', picture(12_000, 12_000)],
    ['animated.png', picture(48, 32, { frames: 5, pixelsChecked: false })],
    ['i.webp', picture(640, 480)],
    ['anim.webp', picture(320, 200, { frames: 5, hasAlpha: true })],
    ['anim.gif', picture(320, 200, { frames: 5, hasAlpha: true })],
    ['i.avif', picture(640, 480)],
    ['animated.avif', picture(96, 64, { frames: 5, pixelsChecked: false })],
    ['i.heic', picture(640, 480)],
    ['alpha.heic', picture(640, 480, { hasAlpha: true })],
    ['large.heic', picture(8000, 8000, { pixelsChecked: false })],
    ['v.mp4', film(640, 360, { durationSeconds: 2, videoCodec: 'h264', audioCodec: 'aac' })],
    ['v.mov', film(640, 360, { durationSeconds: 2, videoCodec: 'h264', audioCodec: 'aac' })],
    ['v.webm', film(640, 360, { durationSeconds: 2.028, videoCodec: 'vp9', audioCodec: 'opus' })],
    ['turned.mp4', film(64, 96, { durationSeconds: 1, videoCodec: 'h264', audioCodec: 'aac' })],
    ['wide-pixels.mp4', film(128, 64, { durationSeconds: 1, videoCodec: 'h264' })],
    ['fragments.mp4', film(96, 64, { durationSeconds: 1.2, videoCodec: 'h264', audioCodec: 'aac' })],
    ['sound-only.mp4', { ...nothing, durationSeconds: 1, audioCodec: 'aac' }],
    ['live.webm', film(96, 64, { durationSeconds: 1.012, videoCodec: 'vp8', audioCodec: 'vorbis' })],
    ['alpha.webm', film(64, 48, { durationSeconds: 1, videoCodec: 'vp9', hasAlpha: true })],
    ['a.mp3', { ...nothing, durationSeconds: 3, audioCodec: 'mp3' }],
    ['gapless.mp3', { ...nothing, durationSeconds: 1, audioCodec: 'mp3' }],
    ['plain.mp3', { ...nothing, durationSeconds: 1.071, audioCodec: 'mp3' }],
    ['a.wav', { ...nothing, durationSeconds: 3, audioCodec: 'pcm_s16le' }],
    ['adpcm.wav', { ...nothing, durationSeconds: 1.018, audioCodec: 'adpcm_ima_wav' }],
    ['a.ogg', { ...nothing, durationSeconds: 3, audioCodec: 'vorbis' }],
    ['o.ogg', { ...nothing, durationSeconds: 3, audioCodec: 'opus' }],
    ['three.pdf', { ...nothing, pages: 3 }],
    ['linearized.pdf', { ...nothing, pages: 3 }],
    ['locked.pdf', nothing],
  ])('finds in %s what a viewer would show', async (name, facts) => {
    expect(await look(samplePath(name))).toEqual(facts)
  })
})

describe('a look into a file at fault', () => {
  it.each(['trunc.jpg', 'trunc.png', 'trunc.mp4', 'truncnf.mp4'])('says that %s is not whole', async name => {
    expect((await look(samplePath(name))).fault).toEqual({
      kind: 'unreadable',
      message: 'The file ends before it is whole: upload all of it.',
    })
  })

  it.each(['corrupt.jpg', 'garbage.mp4', 'flac.ogg'])('says that %s cannot be read', async name => {
    expect((await look(samplePath(name))).fault?.kind).toBe('unreadable')
  })

  const whole = [
    'i.jpg i.png animated.png i.webp anim.webp anim.gif i.avif animated.avif i.heic large.heic v.mp4 v.mov',
    'fragments.mp4 v.webm a.mp3 a.wav a.ogg o.ogg three.pdf linearized.pdf',
  ]
  it.each(whole.join(' ').split(' '))('notices that the last hundredth of %s is missing', async name => {
    const bytes = await sampleBytes(name)
    const cut = path.join(folder, `cut-${name}`)
    await writeFile(cut, bytes.subarray(0, Math.floor(bytes.length * 0.99)))
    expect((await look(cut)).fault?.kind).toBe('unreadable')
  })

  it.each(['i.jpg', 'i.png', 'i.webp', 'i.avif', 'i.heic', 'v.mp4', 'v.webm', 'a.ogg', 'three.pdf'])(
    'finds nothing in the first 64 bytes of %s',
    async name => {
      const cut = path.join(folder, `head-${name}`)
      await writeFile(cut, (await sampleBytes(name)).subarray(0, 64))
      expect((await media.inspect(await typeOf(name), cut, limits)).fault?.kind).toBe('unreadable')
    },
  )

  it.each([
    ['image/png', 'i.jpg'],
    ['image/jpeg', 'i.png'],
    ['image/avif', 'i.heic'],
    ['image/heic', 'i.avif'],
    ['image/gif', 'i.webp'],
    ['video/webm', 'v.mp4'],
    ['video/mp4', 'v.webm'],
    ['audio/mpeg', 'a.ogg'],
    ['audio/wav', 'i.webp'],
    ['audio/ogg', 'a.mp3'],
    ['application/pdf', 'i.png'],
  ])('does not take for %s what %s is', async (type, name) => {
    expect((await media.inspect(type, samplePath(name), limits)).fault?.kind).toBe('unreadable')
  })

  it('refuses too many pixels by the header alone, and says how many they are', async () => {
    expect(await look(samplePath('bomb20k.png'))).toEqual(
      picture(20_000, 20_000, {
        pixelsChecked: false,
        fault: {
          kind: 'too_many_pixels',
          message:
            'The image has 400 megapixels, all frames together, and may have 150: upload a smaller one.',
        },
      }),
    )
  })

  it('notices that the pixels of a HEIC are gone', async () => {
    const bytes = await sampleBytes('i.heic')
    const hollow = path.join(folder, 'hollow.heic')
    await writeFile(hollow, bytes.fill(0, bytes.indexOf('mdat') + 4))
    expect((await look(hollow)).fault?.kind).toBe('unreadable')
  })

  it('counts the pixels of all frames of an animation', async () => {
    const facts = await media.inspect('image/gif', samplePath('anim.gif'), { maxPixels: 319_999 })
    expect(facts).toMatchObject({ frames: 5, fault: { kind: 'too_many_pixels' } })
    const enough = await media.inspect('image/gif', samplePath('anim.gif'), { maxPixels: 320_000 })
    expect(enough.fault).toBeNull()
  })

  it.each(['i.png', 'three.pdf'])(
    'refuses a file as large as no decoder should hold, such as a swollen %s',
    async name => {
      const swollen = path.join(folder, `swollen-${name}`)
      await copyFile(samplePath(name), swollen)
      await truncate(swollen, 200_000_001)
      expect((await media.inspect(await typeOf(name), swollen, limits)).fault).toMatchObject({
        kind: 'too_large',
        message: expect.stringContaining('may have 200 MB'),
      })
    },
  )

  it('blames the disk, not the file, where there is no file', async () => {
    const missing = media.inspect('image/png', path.join(folder, 'missing.png'), limits)
    await expect(missing).rejects.toMatchObject({ code: 'service_unavailable' })
  })

  const typeOf = async (name: string) => (await media.sniff(await sampleBytes(name))) ?? ''
})

describe.runIf(process.platform === 'linux')('the memory of a look', () => {
  it('does not grow with a picture that is decoded row by row', async () => {
    const frugal = openMedia({ maxMemoryBytes: 200 * 1024 * 1024 })
    const facts = await frugal.inspect('image/png', samplePath('ok12k.png'), limits)
    await frugal.close()
    expect(facts).toMatchObject({ pixelsChecked: true, fault: null })
  })

  it('is capped for a small file that unfolds to many pixels at once', async () => {
    const frugal = openMedia({ maxMemoryBytes: 200 * 1024 * 1024 })
    const facts = await frugal.inspect('image/avif', samplePath('big.avif'), limits)
    await frugal.close()
    expect(facts.fault?.kind).toBe('too_large')
  })
})
