// ?preset=…: what is answered with a picture of an asset, under which headers, and for how long.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { until } from '../support/uploads.ts'

let herbarium: RunningService
let photo: ReadySample
beforeAll(async () => {
  herbarium = await startService({ environment: { IMAGE_PRESETS: 'card=200x100:avif', FFMPEG_PATH: 'off' } })
  photo = await readyAsset(herbarium, await sampleBytes('gps.jpg'), 'photo.jpg')
})
afterAll(() => herbarium.close())

const sample = async (name: string) => readyAsset(herbarium, await sampleBytes(name), name)

const ask = ({ url }: { url: string }, preset: string, init: RequestInit = {}) =>
  herbarium.fetch(`${url}?preset=${preset}`, init)

const bytesIn = async (answer: Response) => Buffer.from(await answer.arrayBuffer())

/** The names of what this node has kept, without its folders. */
const kept = async (): Promise<string[]> => {
  const folder = path.join(herbarium.dataDir, 'derivatives')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(({ name }) => name)
}

describe('a picture', () => {
  test('fits its preset in the format that the client names, upright and without metadata', async () => {
    for (const [accept, format] of [
      ['image/avif,image/webp,*/*', 'webp'],
      ['image/avif', 'avif'],
      ['*/*', 'jpeg'],
    ] as const) {
      const answer = await ask(photo, 'thumb', { headers: { accept } })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, `image/${format}`])
      expect(answer.headers.get('vary')).toBe('Accept')
      const { width, height, exif } = await sharp(await bytesIn(answer)).metadata()
      expect([width, height, exif]).toEqual([320, 240, undefined])
    }
  })

  test('is described as media are, by a tag of its own', async () => {
    const { headers } = await ask(photo, 'preview', { headers: { accept: 'image/webp' } })
    expect(Object.fromEntries(headers)).toMatchObject({
      etag: expect.stringMatching(/^W\/"[0-9a-f]{64}\.[0-9a-f]{16}"$/),
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'none',
      'content-disposition': 'inline; filename=photo.webp',
      'content-security-policy': expect.stringContaining('sandbox'),
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    })
    expect(headers.get('etag')).not.toBe((await ask(photo, 'thumb')).headers.get('etag'))
    expect(headers.has('last-modified')).toBe(false)
  })

  test('is not sent again to a client that has it, nor to HEAD, nor in part', async () => {
    const whole = await ask(photo, 'thumb')
    const etag = whole.headers.get('etag') ?? ''
    const again = await ask(photo, 'thumb', { headers: { 'if-none-match': etag } })
    expect([again.status, again.headers.get('etag'), again.headers.get('vary')]).toEqual([
      304,
      etag,
      'Accept',
    ])
    expect((await ask(photo, 'preview', { headers: { 'if-none-match': etag } })).status).toBe(200)
    const head = await ask(photo, 'thumb', { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(whole.headers.get('content-length'))
    expect((await bytesIn(head)).length).toBe(0)
    const part = await ask(photo, 'thumb', { headers: { range: 'bytes=0-9' } })
    expect(part.status).toBe(200)
    expect((await bytesIn(part)).equals(await bytesIn(whole))).toBe(true)
  })

  test('has the size and format of the installation’s own preset, and is downloaded under its own name', async () => {
    const answer = await herbarium.fetch(`${photo.url}?preset=card&download`)
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename=photo.avif')
    expect(answer.headers.has('vary')).toBe(false)
    const { width, height, compression } = await sharp(await bytesIn(answer)).metadata()
    expect([width, height, compression]).toEqual([133, 100, 'av1'])
  })

  test('for models is a JPEG with sides that are a multiple of 16', async () => {
    const answer = await ask(await sample('anim.gif'), 'model-input')
    const { format, width, height } = await sharp(await bytesIn(answer)).metadata()
    expect([format, width, height]).toEqual(['jpeg', 320, 192])
  })

  test('is made once for all who ask at once, and kept through a restart', async () => {
    const asset = await sample('i.heic')
    const before = (await kept()).length
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(asset, 'preview').then(bytesIn)))
    expect(new Set(answers.map(bytes => bytes.toString('base64'))).size).toBe(1)
    expect((await kept()).length).toBe(before + 1)
    await herbarium.restart()
    const { pathname } = new URL(asset.url)
    expect((await ask({ url: `${herbarium.origin}${pathname}` }, 'preview')).status).toBe(200)
    expect((await kept()).length).toBe(before + 1)
    photo = { ...photo, url: `${herbarium.origin}${photo.path}` }
  })
})

describe('what is no picture', () => {
  test.each(['audio', 'document'])('gets an icon for its thumbnail: %s', async kind => {
    const asset = await sample(kind === 'audio' ? 'a.mp3' : 'three.pdf')
    const answer = await ask(asset, 'thumb', { headers: { accept: 'image/webp' } })
    const etag = answer.headers.get('etag') ?? ''
    expect([answer.status, answer.headers.get('content-type'), etag]).toEqual([
      200,
      'image/png',
      `W/"icon.${kind}.1"`,
    ])
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600')
    expect((await sharp(await bytesIn(answer)).metadata()).width).toBe(256)
    expect((await ask(asset, 'thumb', { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await ask(asset, 'card', { method: 'HEAD' })).headers.get('content-length')).not.toBe('0')
  })

  test('a video gets one too where there is no ffmpeg, but nothing for models', async () => {
    const video = await sample('v.mp4')
    expect((await ask(video, 'preview')).headers.get('etag')).toBe('W/"icon.video.1"')
    expect(await refusalIn(await ask(video, 'model-input'))).toMatchObject({
      status: 400,
      code: 'input_validation_error',
    })
  })

  test('an image that cannot be decoded is refused with the reason, and as itself still served', async () => {
    const asset = await sample('large.heic')
    const refused = await ask(asset, 'thumb')
    expect([refused.status, refused.headers.get('cache-control')]).toEqual([415, 'no-store'])
    expect(await refused.text()).toContain('HEIC is decoded up to 50')
    expect((await herbarium.fetch(asset.url)).status).toBe(200)
  })
})

describe('who asks wrongly', () => {
  test.each([
    'preset=poster',
    'preset=',
    'preset',
    'preset=thumb&preset=preview',
    'preset=THUMB',
    'preset=__proto__',
  ])('?%s is refused with the presets that there are', async query => {
    const answer = await herbarium.fetch(`${photo.url}?${query}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({
      error: {
        code: 'input_validation_error',
        message: 'preset: must be one of thumb, preview, model-input, card',
        fields: [{ field: 'preset', message: 'must be one of thumb, preview, model-input, card' }],
      },
    })
  })

  test('finds nothing before the asset is ready', async () => {
    expect((await ask(await reserve(herbarium), 'thumb')).status).toBe(404)
  })
})

test('a deleted asset has no picture any more, and none of it is left', async () => {
  const asset = await sample('i.webp')
  const before = (await kept()).length
  for (const preset of ['thumb', 'preview', 'card']) expect((await ask(asset, preset)).status).toBe(200)
  expect((await kept()).length).toBe(before + 3)
  expect((await herbarium.call(`/assets/${asset.assetId}`, { method: 'DELETE' })).status).toBe(204)
  expect((await ask(asset, 'thumb')).status).toBe(404)
  await until(kept, ({ length }) => length === before)
})
