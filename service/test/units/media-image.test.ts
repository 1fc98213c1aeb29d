// Keeps the promise that a picture's size and frames come from its header, as a viewer would show them.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imageFacts } from '../../src/media/image.ts'

const fixtures = join(import.meta.dirname, '../fixtures/media')
const source = join(import.meta.dirname, '../../src/media')
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herbarium-media-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('imageFacts', () => {
  it.each([
    ['i.jpg', 640, 480, 1],
    ['gps.jpg', 640, 480, 1],
    ['trunc.jpg', 640, 480, 1],
    ['poly.jpg', 640, 480, 1],
    ['i.png', 640, 480, 1],
    ['trunc.png', 640, 480, 1],
    ['polyzip.png', 640, 480, 1],
    ['ok12k.png', 12_000, 12_000, 1],
    ['bomb20k.png', 20_000, 20_000, 1],
    ['i.webp', 640, 480, 1],
    ['anim.webp', 320, 200, 5],
    ['anim.gif', 320, 200, 5],
    ['i.avif', 640, 480, 1],
    ['big.avif', 8000, 8000, 1],
    ['i.heic', 640, 480, 1],
  ])('reads %s as %i by %i, %i frames', async (name, width, height, frames) => {
    expect(await imageFacts(join(fixtures, name))).toEqual({ width, height, frames })
  })

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)(
    'turns a %s upright before measuring it',
    async format => {
      const path = join(folder, `sideways.${format}`)
      const canvas = sharp({ create: { width: 64, height: 32, channels: 3, background: 'seagreen' } })
      await canvas.withMetadata({ orientation: 6 }).toFormat(format).toFile(path)
      expect(await imageFacts(path)).toEqual({ width: 32, height: 64, frames: 1 })
    },
  )

  it.each(['corrupt.jpg', 'html.png', 'svg.png', 'garbage.mp4', 'v.mp4', 'three.pdf'])(
    'finds no picture in %s',
    async name => {
      expect(await imageFacts(join(fixtures, name))).toBeUndefined()
    },
  )

  it('finds no picture in an empty file, nor in a header alone', async () => {
    const path = join(folder, 'short')
    for (const length of [0, 3, 8, 20]) {
      await writeFile(path, (await readFile(join(fixtures, 'i.png'))).subarray(0, length))
      expect(await imageFacts(path)).toBeUndefined()
    }
  })

  it('reads only the five formats that are accepted', async () => {
    const path = join(folder, 'leaf.tiff')
    await sharp({ create: { width: 8, height: 8, channels: 3, background: 'seagreen' } })
      .tiff()
      .toFile(path)
    expect(await imageFacts(path)).toBeUndefined()
  })

  it('blames a missing file on the disk, not on the picture', async () => {
    await expect(imageFacts(join(folder, 'gone.jpg'))).rejects.toThrow('ENOENT')
  })

  it('leaves the image library unloaded until the first picture', async () => {
    const script = `
      await import(${JSON.stringify(join(source, 'inspect.ts'))})
      await import(${JSON.stringify(join(source, 'sniff.ts'))})
      console.log(process.report.getReport().sharedObjects.filter(name => name.includes('vips')).length)`
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
    expect(stdout.trim()).toBe('0')
  })
})
