// Keeps the promise that a stripped picture says nothing about its maker, and shows exactly what it showed.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { orientationIn } from '../../src/media/strip/orientation.ts'
import { canStrip, strippedBytes } from '../../src/media/strip/strip.ts'
import { sampleBytes } from '../support/samples.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-strip-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function strip(type: string, bytes: Uint8Array) {
  const source = path.join(folder, 'source')
  await writeFile(source, bytes)
  return { bytes: await buffer(strippedBytes(type, source)) }
}

/** Stored pixels of all frames, neither turned nor brought into another colour space. */
const pixelsOf = (bytes: Buffer) => sharp(bytes, { animated: true, ignoreIcc: true }).raw().toBuffer()

const secret = 'Mme. Vauquelin, 12 rue de la Paix'
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>${secret}</rdf:RDF></x:xmpmeta>`

const plain = (width = 64, height = 48) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: 'black',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })

/** A picture with EXIF (author, place and `orientation`), XMP and a colour profile. */
const talkative = (format: 'jpeg' | 'png' | 'webp', orientation: number) =>
  plain()
    .withExif({ IFD0: { Artist: secret }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 0/1' } })
    .withMetadata({ orientation })
    .withXmp(xmp)
    .withIccProfile('p3')
    .toFormat(format)
    .toBuffer()

describe('stripping', () => {
  it('takes the place out of gps.jpg and leaves its pixels', async () => {
    const before = await sampleBytes('gps.jpg')
    const { bytes } = await strip('image/jpeg', before)
    expect((await sharp(before).metadata()).exif).toBeDefined()
    expect((await sharp(bytes).metadata()).exif).toBeUndefined()
    expect(await pixelsOf(bytes)).toEqual(await pixelsOf(before))
  })

  const formats = ['jpeg', 'png', 'webp'] as const
  const orientations = [1, 2, 3, 4, 5, 6, 7, 8]
  it.each(formats.flatMap(format => orientations.map(orientation => [format, orientation] as const)))(
    'keeps the pixels, the colours and the orientation of a %s turned by %i, and nothing else',
    async (format, orientation) => {
      const before = await talkative(format, orientation)
      const { bytes } = await strip(`image/${format}`, before)
      const [was, is] = [await sharp(before).metadata(), await sharp(bytes).metadata()]
      expect(was.xmp).toBeDefined()
      expect(is.xmp).toBeUndefined()
      expect(bytes.includes(secret)).toBe(false)
      expect(is.autoOrient).toEqual(was.autoOrient)
      expect(is.orientation ?? 1).toBe(orientation)
      expect(is.exif?.length ?? 0).toBeLessThan(40)
      expect(is.icc).toEqual(was.icc)
      expect(await pixelsOf(bytes)).toEqual(await pixelsOf(before))
    },
  )

  it.each(formats)('gives a %s that stays as it is a second time', async format => {
    const { bytes } = await strip(`image/${format}`, await talkative(format, 6))
    expect((await strip(`image/${format}`, bytes)).bytes.equals(bytes)).toBe(true)
  })

  it.each(formats)('leaves a plain %s byte for byte as it was', async format => {
    const before = await plain().toFormat(format).toBuffer()
    expect((await strip(`image/${format}`, before)).bytes.equals(before)).toBe(true)
  })

  it('leaves the note that tells a decoder how a JPEG stores its colours', async () => {
    const before = await plain().toColourspace('cmyk').jpeg().toBuffer()
    const { bytes } = await strip('image/jpeg', before)
    expect(bytes.includes('Adobe')).toBe(true)
    expect(await pixelsOf(bytes)).toEqual(await pixelsOf(before))
  })

  it.each(formats)('cuts off what follows the end of a %s', async format => {
    const whole = await talkative(format, 1)
    const expected = await strip(`image/${format}`, whole)
    const { bytes } = await strip(`image/${format}`, Buffer.concat([whole, Buffer.from(`PK ${secret}`)]))
    expect(bytes.equals(expected.bytes)).toBe(true)
  })

  it.each([
    ['image/webp', 'anim.webp'],
    ['image/png', 'animated.png'],
  ])('leaves the animation of a %s', async (type, name) => {
    const before = await sampleBytes(name)
    const { bytes } = await strip(type, before)
    expect(bytes.equals(before)).toBe(true)
  })

  it('goes through all scans of a progressive JPEG, and through restarts', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
    const picture = sharp({ create: { width: 900, height: 700, channels: 3, background: 'black', noise } })
    const before = await picture
      .jpeg({ progressive: true })
      .withExif({ IFD0: { Artist: secret } })
      .toBuffer()
    expect(before.length).toBeGreaterThan(256 * 1024)
    const { bytes } = await strip('image/jpeg', before)
    expect(bytes.includes(secret)).toBe(false)
    expect(await pixelsOf(bytes)).toEqual(await pixelsOf(before))
  })

  it('drops comments, thumbnails and second pictures of a JPEG', async () => {
    const before = await sampleBytes('i.jpg')
    const note = (marker: number, text: string) =>
      Buffer.concat([Buffer.from([0xff, marker, 0, 2 + text.length]), Buffer.from(text, 'latin1')])
    const notes = [
      note(0xfe, secret),
      note(0xe0, `JFXX\0\x10${secret}`),
      note(0xe1, `http://ns.adobe.com/xap/1.0/\0${secret}`),
      note(0xe2, `MPF\0${secret}`),
      note(0xed, `Photoshop 3.0\0${secret}`),
      note(0xef, secret),
    ]
    const { bytes } = await strip(
      'image/jpeg',
      Buffer.concat([before.subarray(0, 2), ...notes, before.subarray(2)]),
    )
    expect(bytes.includes(secret)).toBe(false)
    expect(await pixelsOf(bytes)).toEqual(await pixelsOf(before))
  })

  it('drops chunks of a PNG that nothing is known of, and texts, and the time', async () => {
    const before = await sampleBytes('i.png')
    const chunk = (name: string, text: string) => {
      const bytes = Buffer.from(`\0\0\0${String.fromCharCode(text.length)}${name}${text}\0\0\0\0`, 'latin1')
      bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4)
      return bytes
    }
    const notes = ['tEXt', 'zTXt', 'iTXt', 'tIME', 'caBX', 'prVt'].map(name => chunk(name, `x\0${secret}`))
    const dressed = Buffer.concat([before.subarray(0, 33), ...notes, before.subarray(33)])
    expect((await strip('image/png', dressed)).bytes.includes(secret)).toBe(false)
  })

  it('refuses a broken container rather than passing half of it on', async () => {
    for (const [type, name] of [
      ['image/jpeg', 'trunc.jpg'],
      ['image/png', 'trunc.png'],
    ] as const) {
      await expect(strip(type, await sampleBytes(name))).rejects.toThrow('before it is whole')
    }
  })

  it('knows which types it can strip', () => {
    expect(['image/jpeg', 'image/png', 'image/webp'].every(canStrip)).toBe(true)
    expect(['image/gif', 'image/heic', 'video/mp4', 'toString'].some(canStrip)).toBe(false)
  })
})

describe('the orientation in EXIF', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['other bytes', Buffer.from('not EXIF at all, and a good deal longer')],
    ['a directory behind the end', Buffer.from('49492a00ffffff7f', 'hex')],
    ['entries behind the end', Buffer.from('49492a0008000000ffff0000', 'hex')],
    ['a number of its own', Buffer.from('49492a0008000000010012010300010000002a000000', 'hex')],
  ])('is upright where it is %s', (_what, bytes) => {
    expect(orientationIn(bytes)).toBe(1)
  })

  it('is read in either order of bytes', () => {
    expect(orientationIn(Buffer.from('49492a00080000000100120103000100000006000000', 'hex'))).toBe(6)
    expect(orientationIn(Buffer.from('4d4d002a00000008000101120003000000010008000000000000', 'hex'))).toBe(8)
  })
})
