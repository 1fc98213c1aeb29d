// Keeps the promise that every pixel is decoded, and that no oddity that viewers shrug at costs a picture its place.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspect } from '../../src/media/probe/inspect.ts'
import { sampleBytes } from '../support/samples.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-media-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function look(type: string, bytes: Uint8Array, maxPixels = 150_000_000) {
  const file = path.join(folder, 'picture')
  await writeFile(file, bytes)
  return inspect(type, file, maxPixels)
}

/** 64 by 48 pixels of colours that no encoder can flatten. */
const noise = (channels: 3 | 4 = 3) =>
  sharp({
    create: {
      width: 64,
      height: 48,
      channels,
      background: 'black',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })

const chunk = (name: string, data: Uint8Array) => {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(name, 4, 'latin1')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

/** Puts bytes into a PNG after its header chunk. */
const afterHeader = (png: Buffer, ...chunks: Uint8Array[]) =>
  Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)])

describe('a picture', () => {
  it.each(['jpeg', 'png', 'webp', 'avif'] as const)(
    'is turned upright before it is measured, as %s',
    async format => {
      const bytes = await noise().withMetadata({ orientation: 6 }).toFormat(format).toBuffer()
      expect(await look(`image/${format}`, bytes)).toMatchObject({
        width: 48,
        height: 64,
        pixelsChecked: true,
      })
    },
  )

  it.each([
    ['a progressive JPEG', 'image/jpeg', () => noise().jpeg({ progressive: true })],
    ['a grey JPEG', 'image/jpeg', () => noise().greyscale().jpeg()],
    ['a CMYK JPEG', 'image/jpeg', () => noise().toColourspace('cmyk').jpeg()],
    ['an interlaced PNG', 'image/png', () => noise().png({ progressive: true })],
    ['a PNG with a palette', 'image/png', () => noise().png({ palette: true })],
    ['a PNG of 16 bits', 'image/png', () => noise().toColourspace('rgb16').png()],
    ['a lossless WebP', 'image/webp', () => noise().webp({ lossless: true })],
    ['a still GIF', 'image/gif', () => noise().gif()],
    ['a lossless AVIF', 'image/avif', () => noise().avif({ lossless: true })],
  ])('is decoded when it is %s', async (_what, type, make) => {
    const facts = await look(type, await make().toBuffer())
    expect(facts).toMatchObject({ width: 64, height: 48, frames: 1, pixelsChecked: true, fault: null })
  })

  it('says whether it can be transparent', async () => {
    expect(await look('image/png', await noise(4).png().toBuffer())).toMatchObject({ hasAlpha: true })
    expect(await look('image/png', await noise(3).png().toBuffer())).toMatchObject({ hasAlpha: false })
  })

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)(
    'may carry other bytes behind its end, as %s',
    async format => {
      const bytes = await noise().toFormat(format).toBuffer()
      const facts = await look(`image/${format}`, Buffer.concat([bytes, Buffer.alloc(3000, '<script>')]))
      expect(facts).toMatchObject({ pixelsChecked: true, fault: null })
    },
  )

  it('may have the scan parameters that some phones write', async () => {
    const bytes = await noise().jpeg().toBuffer()
    const scan = bytes.indexOf(Buffer.from([0xff, 0xda]))
    bytes[scan + 2 + bytes.readUInt16BE(scan + 2) - 2] = 0
    expect(await look('image/jpeg', bytes)).toMatchObject({ pixelsChecked: true, fault: null })
    // A cut is noticed behind them too.
    expect((await look('image/jpeg', bytes.subarray(0, -200))).fault?.kind).toBe('unreadable')
  })

  it('may have a broken colour profile and a broken comment', async () => {
    const bytes = afterHeader(
      await noise().png().toBuffer(),
      chunk('iCCP', Buffer.from('x\0\0nonsense')),
      chunk('tEXt', Buffer.from('no separator')),
    )
    expect(await look('image/png', bytes)).toMatchObject({ pixelsChecked: true, fault: null })
  })
})

describe('a broken picture', () => {
  it.each(['png', 'gif'] as const)('is noticed where only the very end of a %s is missing', async format => {
    const bytes = await noise().toFormat(format).toBuffer()
    expect((await look(`image/${format}`, bytes.subarray(0, -1))).fault?.message).toContain(
      'before it is whole',
    )
  })

  it.each([
    ['png', 60],
    ['avif', 60],
  ] as const)('is noticed where bytes in the middle of a %s were changed', async (format, offset) => {
    const bytes = await noise().toFormat(format, { lossless: true }).toBuffer()
    bytes.fill(0xa5, bytes.length - offset, bytes.length - offset + 8)
    expect((await look(`image/${format}`, bytes)).fault?.kind).toBe('unreadable')
  })

  it('is noticed in the last frame of an animation', async () => {
    const bytes = await sampleBytes('anim.gif')
    const lastFrame = bytes.lastIndexOf(Buffer.from([0x21, 0xf9, 0x04]))
    const cut = Buffer.concat([bytes.subarray(0, lastFrame + 200), Buffer.from([0, 0x3b])])
    expect((await look('image/gif', cut)).fault?.kind).toBe('unreadable')
  })

  it('is noticed in a frame that only the walk sees', async () => {
    const bytes = await sampleBytes('animated.png')
    const frame = bytes.lastIndexOf('fdAT')
    bytes.writeUInt8(bytes.readUInt8(frame + 12) ^ 1, frame + 12)
    expect((await look('image/png', bytes)).fault?.message).toContain('damaged pixels')
  })

  it('cannot hide a bomb in the number of its frames', async () => {
    const control = Buffer.alloc(8)
    control.writeUInt32BE(100_000, 0)
    const bytes = afterHeader(await noise().png().toBuffer(), chunk('acTL', control))
    expect(await look('image/png', bytes)).toMatchObject({
      frames: 100_000,
      fault: { kind: 'too_many_pixels' },
    })
  })

  it('of a format that is not accepted is not even opened', async () => {
    const bytes = await noise().tiff().toBuffer()
    for (const type of ['image/png', 'image/jpeg', 'image/avif'])
      expect((await look(type, bytes)).fault?.kind).toBe('unreadable')
  })
})

describe('a HEIC', () => {
  it.each(['heim', 'hevc', 'mif1'])('is decoded under the brand "%s" too', async brand => {
    const bytes = await sampleBytes('i.heic')
    bytes.write(brand, 8, 'latin1')
    expect(await look('image/heif', bytes)).toMatchObject({ width: 640, pixelsChecked: true, fault: null })
  })
})

it('leaves every decoder unloaded until the first look', async () => {
  const room = path.join(import.meta.dirname, '../../src/media')
  const script = `
    await import(${JSON.stringify(path.join(room, 'open-media.ts'))})
    await import(${JSON.stringify(path.join(room, 'probe/inspect.ts'))})
    console.log(process.report.getReport().sharedObjects.filter(name => name.includes('vips')).length)`
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
  expect(stdout.trim()).toBe('0')
})
