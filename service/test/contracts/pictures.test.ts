// Keeps the promises of the pictures' port: what is made of each kind of file, and what is refused.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Pictures } from '../../src/assets/derivatives/ports.ts'
import type { Recipe } from '../../src/assets/derivatives/recipe.ts'
import { openPictures, type PicturesOptions } from '../../src/media/open-pictures.ts'
import { FFMPEG, mustHaveFfmpeg } from '../support/ffmpeg.ts'
import { sampleBytes, samplePath } from '../support/samples.ts'

const thumb: Recipe = { kind: 'fit', width: 320, height: 320, format: 'webp' }
const modelInput: Recipe = { kind: 'model_input', format: 'jpeg' }

let folder = ''
let pictures: Pictures & { close(): Promise<void> }
const others: { close(): Promise<void> }[] = []
beforeAll(async () => {
  mustHaveFfmpeg()
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-pictures-'))
  pictures = openPictures({ ffmpegPlaces: [FFMPEG], writableFolder: folder })
})
afterEach(async () => {
  await Promise.all(others.splice(0).map(other => other.close()))
  for (const file of await readdir(folder)) await rm(path.join(folder, file))
})
afterAll(async () => {
  await pictures.close()
  await rm(folder, { recursive: true })
})

function openOther(options: Partial<PicturesOptions>) {
  const other = openPictures({ ffmpegPlaces: [FFMPEG], writableFolder: folder, ...options })
  others.push(other)
  return other
}

const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  mov: 'video/quicktime',
  mp4: 'video/mp4',
  webm: 'video/webm',
}
const typeOf = (file: string) => TYPES[path.extname(file).slice(1)] ?? `image/${path.extname(file).slice(1)}`

const target = () => path.join(folder, `made-${Math.random()}`)

const derive = (file: string, recipe: Recipe, { at = target(), by = pictures } = {}) =>
  by.derive({ contentType: typeOf(file), path: path.resolve(folder, file), durationSeconds: 2 }, recipe, at)

/** The picture as it was made, decoded whole. */
async function made(file: string, recipe: Recipe, by = pictures) {
  const at = target()
  expect(await derive(file, recipe, { at, by })).toBeUndefined()
  const [bytes, { mode }] = [await readFile(at), await stat(at)]
  expect(mode & 0o777).toBe(0o600)
  const { data, info } = await sharp(bytes, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
  return { bytes, metadata: await sharp(bytes).metadata(), data, ...info }
}

/** Writes a picture into the folder, for a test that needs one of its own. */
async function draw(name: string, picture: Sharp): Promise<string> {
  await writeFile(path.join(folder, name), await picture.toBuffer())
  return name
}

const noise = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 90 },
    },
  })

const middleOf = ({ data, width, height, channels }: Awaited<ReturnType<typeof made>>) => {
  const at = (Math.floor(height / 2) * width + Math.floor(width / 2)) * channels
  return [...data.subarray(at, at + channels)]
}

describe('a picture that fits into a box', () => {
  it.each([
    ['i.jpg', 320, 240],
    ['i.png', 320, 240],
    ['i.webp', 320, 240],
    ['i.avif', 320, 240],
    ['i.heic', 320, 240],
    ['alpha.heic', 320, 240],
    ['anim.gif', 320, 200],
    ['anim.webp', 320, 200],
    ['animated.avif', 96, 64],
    ['animated.png', 48, 32],
  ])(
    'is made of %s: one frame, as large as fits and no larger than its source',
    async (file, width, height) => {
      const { metadata } = await made(samplePath(file), thumb)
      expect(metadata).toMatchObject({ format: 'webp', width, height, space: 'srgb' })
      expect(metadata.pages ?? 1).toBe(1)
    },
  )

  it.each(['avif', 'webp', 'jpeg', 'png'] as const)(
    'is written as %s, with nothing of its metadata',
    async format => {
      const { metadata } = await made(samplePath('gps.jpg'), { ...thumb, format })
      expect(metadata.format).toBe(format === 'avif' ? 'heif' : format)
      for (const kind of ['exif', 'icc', 'iptc', 'xmp', 'orientation'] as const)
        expect(metadata[kind]).toBeUndefined()
    },
  )

  it('stands upright', async () => {
    const lying = await draw('lying.jpg', noise(400, 200).withMetadata({ orientation: 6 }).jpeg())
    expect(await made(lying, thumb)).toMatchObject({ width: 160, height: 320 })
  })

  it('keeps transparency where its format has it, and stands on white where it has none', async () => {
    const clear = sharp({
      create: { width: 20, height: 20, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    })
    const file = await draw('clear.png', clear.png())
    expect(middleOf(await made(file, { ...thumb, format: 'png' })).at(3)).toBe(0)
    expect(middleOf(await made(file, { ...thumb, format: 'jpeg' }))).toEqual([255, 255, 255])
  })

  it.each(['p3.png', 'p3.heic'])('has the colours that the profile of %s means', async file => {
    const red = sharp({
      create: { width: 64, height: 48, channels: 3, background: { r: 220, g: 60, b: 40 } },
    })
    if (file === 'p3.png') await draw(file, red.withIccProfile('p3').png())
    const source = file === 'p3.png' ? file : samplePath(file)
    const [r = 0, g = 0, b = 0] = middleOf(await made(source, { ...thumb, format: 'png' }))
    for (const [seen, meant] of [
      [r, 220],
      [g, 60],
      [b, 40],
    ] as const)
      expect(Math.abs(seen - meant), `${r} ${g} ${b}`).toBeLessThan(5)
  })
})

describe('a picture for models', () => {
  it.each([
    ['a grey one', () => noise(100, 90).greyscale().jpeg()],
    ['one in CMYK', () => noise(100, 90).toColourspace('cmyk').jpeg()],
    ['one of 16 bits', () => noise(100, 90).toColourspace('rgb16').png()],
    ['one of a single pixel', () => noise(1, 1).jpeg()],
    ['a line', () => noise(3000, 1).jpeg()],
    ['one that lies on its side', () => noise(640, 400).withMetadata({ orientation: 8 }).jpeg()],
  ])('is a JPEG of at most 5 MB with sides that are a multiple of 16, of %s', async (_, source) => {
    const { bytes, metadata, width, height } = await made(await draw('source.jpg', source()), modelInput)
    expect(metadata).toMatchObject({ format: 'jpeg', channels: 3, space: 'srgb' })
    expect([metadata.exif, metadata.icc, metadata.orientation]).toEqual([undefined, undefined, undefined])
    expect([width % 16, height % 16]).toEqual([0, 0])
    expect(bytes.length).toBeLessThanOrEqual(5_000_000)
    expect(Math.max(width, height)).toBeLessThanOrEqual(4096)
  })

  it('has fewer pixels than a source of which worse quality alone does not make few enough bytes', async () => {
    const [width, height] = [3600, 3200]
    const random = sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    const file = await draw('random.png', random.png({ compressionLevel: 0 }))
    const by = openOther({ timeoutMs: 120_000 }) // on a busy machine it takes its time
    const picture = await made(file, modelInput, by)
    expect(picture.bytes.length).toBeLessThanOrEqual(5_000_000)
    expect(picture.bytes.length).toBeGreaterThan(3_500_000)
    expect(picture.width).toBeLessThan(width)
    expect([picture.width % 16, picture.height % 16]).toEqual([0, 0])
  })

  it('cuts off less than 16 pixels of a picture that is small enough, and stretches nothing', async () => {
    expect(await made(await draw('odd.jpg', noise(111, 95).jpeg()), modelInput)).toMatchObject({
      width: 96,
      height: 80,
    })
  })

  it('stands on white where its source is transparent', async () => {
    const clear = sharp({
      create: { width: 32, height: 32, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
    expect(middleOf(await made(await draw('clear.webp', clear.webp()), modelInput))).toEqual([255, 255, 255])
  })
})

describe('a poster of a video', () => {
  it.each([
    ['v.mp4', 320, 180],
    ['v.mov', 320, 180],
    ['v.webm', 320, 180],
    ['turned.mp4', 64, 96],
    ['wide-pixels.mp4', 128, 64],
    ['fragments.mp4', 96, 64],
    ['live.webm', 96, 64],
  ])('is a frame of %s, the right way up and in its right shape', async (file, width, height) => {
    expect(await made(samplePath(file), thumb)).toMatchObject({ width, height })
    expect(await readdir(folder)).toHaveLength(1)
  })

  it.each([
    ['has no pictures', 'sound-only.mp4', (bytes: Buffer) => bytes],
    ['is not what it began as', 'lie.mp4', () => Buffer.from('#EXTM3U\nhttp://127.0.0.1:9/x.ts\n')],
  ])('is refused of one that %s, and nothing is left', async (_, file, bytesOf) => {
    const source = path.join(folder, file)
    await writeFile(source, bytesOf(await sampleBytes('sound-only.mp4')))
    expect(await derive(source, thumb)).toBe('has no frame that can be taken')
    expect(await readdir(folder)).toEqual([file])
  })

  it('is refused of one that takes ffmpeg too long, which is ended', async () => {
    const by = openOther({ ffmpegPlaces: [samplePath('slow-ffmpeg.sh')], timeoutMs: 300 })
    expect(await derive(samplePath('v.mp4'), thumb, { by })).toBe('has no frame that can be taken')
    expect(await readdir(folder)).toEqual([])
  })

  it('is not the fault of the video when the service stops meanwhile', async () => {
    const by = openOther({ ffmpegPlaces: [samplePath('slow-ffmpeg.sh')] })
    const poster = derive(samplePath('v.mp4'), thumb, { by }).catch(({ code }) => code)
    setTimeout(() => by.close(), 200)
    expect(await poster).toBe('service_unavailable')
  })

  it('is taken where ffmpeg is found, which is looked for at each need', async () => {
    const late = path.join(folder, 'ffmpeg')
    const by = openOther({ ffmpegPlaces: [path.join(folder, 'nowhere'), late] })
    expect(await by.takesPosters()).toBe(false)
    expect(await derive(samplePath('v.mp4'), thumb, { by })).toMatch('ffmpeg is not installed')
    await writeFile(late, `#!/bin/sh\nexec ${FFMPEG} "$@"\n`, { mode: 0o700 })
    expect(await by.takesPosters()).toBe(true)
    expect(await derive(samplePath('v.mp4'), thumb, { by })).toBeUndefined()
  })
})

describe('what is refused of an image', () => {
  it('is one of too many pixels for the decoder of HEIC', async () => {
    expect(await derive(samplePath('large.heic'), thumb)).toBe(
      'has 64 megapixels, and HEIC is decoded up to 50',
    )
  })

  it.each(['i.jpg', 'i.png', 'i.webp', 'i.avif', 'i.heic'])(
    'is a %s of which a part went, and nothing is left',
    async sample => {
      const file = path.join(folder, sample)
      await writeFile(file, await sampleBytes(sample))
      await truncate(file, (await stat(file)).size >> 1)
      expect(await derive(file, thumb)).toBe('cannot be decoded')
      expect(await readdir(folder)).toEqual([sample])
    },
  )

  const wayward = new URL('../fixtures/media/wayward-probe.ts', import.meta.url)

  it.each([
    ['makes its decoder crash', 'crash', 'makes its decoder fail'],
    ['takes it too long', 'hang', 'cannot be decoded within 1 seconds'],
    ['takes it too much memory', 'greedy', 'cannot be decoded within 256 MB of memory'],
  ])('is one that %s', async (_, act, reason) => {
    const by = openOther({
      entry: wayward,
      timeoutMs: act === 'hang' ? 1000 : 20_000,
      maxMemoryBytes: 256 * 1024 ** 2,
    })
    expect(await derive(path.join(folder, act), thumb, { by })).toBe(reason)
  })

  it('is none that cannot be read, or whose picture cannot be written', async () => {
    const unavailable = { code: 'service_unavailable' }
    await expect(derive(path.join(folder, 'missing.jpg'), thumb)).rejects.toMatchObject(unavailable)
    const outside = path.join(path.dirname(folder), `herbarium-outside-${Math.random()}`)
    await expect(derive(samplePath('i.jpg'), thumb, { at: outside })).rejects.toMatchObject(unavailable)
    expect(existsSync(outside)).toBe(false)
  })
})

describe('an icon', () => {
  it.each(['video', 'audio', 'document'] as const)('of %s is a small PNG', async kind => {
    const icon = pictures.icon(kind)
    expect(icon.byteLength).toBeLessThan(2000)
    expect(await sharp(icon).metadata()).toMatchObject({ format: 'png', width: 256, height: 256 })
    expect((await sharp(icon).stats()).channels[0]?.min).toBeLessThan(0x90)
  })
})
