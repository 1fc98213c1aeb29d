// Private media: who gets the bytes of a workspace whose URLs are signed, until when, and what caches are told.
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { keepsConditionsAndRanges } from '../contracts/delivery-ranges-contract.ts'
import { rawRequest } from '../support/raw-request.ts'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { sampleBytes } from '../support/samples.ts'
import { allow, signedTenant, withQuery } from '../support/signed-tenant.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'

const HOUR_MS = 3_600_000
const QUARTER_MS = 900_000
const PRIVATE = 'private, max-age=1800'

const clock = createTestClock()
let herbarium: RunningService
let tenant: Tenant
let picture: ReadySample
beforeAll(async () => {
  herbarium = await startService({
    world: { clock },
    environment: { FFMPEG_PATH: 'off', RATE_LIMIT: '1000', MEDIA_CACHE_SECONDS: '1800' },
  })
  tenant = await signedTenant(herbarium)
  picture = await readyAsset(tenant, await sampleBytes('i.png'), 'picture.png')
})
afterAll(() => herbarium.close())

const ask = (url: string, init: RequestInit = {}) => herbarium.fetch(url, init)

const plain = (url: string): string => url.replace(/\?.*$/, '')

/** Whole seconds that a URL is good for from now on. */
const secondsOf = (url: string): number =>
  Number(new URL(url).searchParams.get('expires')) - Math.floor(clock.now() / 1000)

const freshUrl = async (assetId = picture.assetId): Promise<string> => {
  const asset = await tenant.client.assets.retrieve(assetId)
  return asset.url ?? 'no url'
}

/** Nobody gets at the bytes, in no way, and no cache keeps that. */
async function expectRefused(url: string, message: RegExp): Promise<void> {
  for (const asked of [url, withQuery(url, { download: '' }), withQuery(url, { preset: 'thumb' })]) {
    const answer = await ask(asked)
    expect(answer.headers.get('cache-control'), asked).toBe('no-store')
    expect(answer.headers.get('etag'), asked).toBeNull()
    expect(await refusalIn(answer), asked).toMatchObject({
      status: 403,
      code: 'forbidden',
      message: expect.stringMatching(message),
    })
  }
  const etag = (await ask(await freshUrl())).headers.get('etag') ?? ''
  for (const headers of [{}, { 'if-none-match': etag }, { 'if-none-match': '*' }, { range: 'bytes=0-9' }])
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(url, { method, headers })
      expect([answer.status, answer.headers.get('content-range')], JSON.stringify(headers)).toEqual([
        403,
        null,
      ])
    }
}

describe('a signed url', () => {
  let url: string
  beforeEach(async () => {
    url = await freshUrl()
  })
  keepsConditionsAndRanges(() => ({
    bytes: picture.bytes,
    ask: request => rawRequest(herbarium.origin, picture.path, request),
  }))

  test('gives the bytes, which private caches alone may keep', async () => {
    const answer = await ask(url)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, PRIVATE])
    expect(Buffer.from(await answer.arrayBuffer()).equals(picture.bytes)).toBe(true)
  })

  test('gives pictures and downloads too: what it says beyond is not signed', async () => {
    const thumb = await ask(withQuery(url, { preset: 'thumb' }), { headers: { accept: 'image/webp' } })
    expect([thumb.status, thumb.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect(thumb.headers.get('cache-control')).toBe(PRIVATE)
    const known = { 'if-none-match': thumb.headers.get('etag') ?? '', accept: 'image/webp' }
    const again = await ask(withQuery(url, { preset: 'thumb' }), { headers: known })
    expect([again.status, again.headers.get('cache-control')]).toEqual([304, PRIVATE])
    const download = await ask(`${url}&download`)
    expect(download.headers.get('content-disposition')).toBe('attachment; filename=picture.png')
  })

  test('has its name for decoration, and more of it may be said before the signature', async () => {
    expect((await ask(url.replace('/picture.png', '/other.exe'))).status).toBe(200)
    expect((await ask(url.replace('/picture.png', ''))).status).toBe(200)
    expect((await ask(url.replace('?', '?width=1&'))).status).toBe(200)
  })

  test('is told to HEAD and by a 304 under the same headers', async () => {
    const head = await ask(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(picture.bytes.length)])
    expect(head.headers.get('cache-control')).toBe(PRIVATE)
    const known = await ask(url, { headers: { 'if-none-match': head.headers.get('etag') ?? '' } })
    expect([known.status, known.headers.get('cache-control')]).toEqual([304, PRIVATE])
  })

  test('of what has no picture gives its sign, and private caches alone keep that', async () => {
    const sound = await readyAsset(tenant, await sampleBytes('a.wav'), 'sound.wav')
    const icon = await ask(withQuery(sound.url, { preset: 'thumb' }))
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(icon.headers.get('cache-control')).toBe(PRIVATE)
    expect((await ask(withQuery(plain(sound.url), { preset: 'thumb' }))).status).toBe(403)
  })
})

describe('without a signature that holds there are no bytes', () => {
  test('where it is missing', async () => {
    await expectRefused(
      plain(picture.url),
      /^Media of this workspace are private.*POST \/assets\/\{asset_id\}\/sign/,
    )
  })

  test('where it or its time was altered, or given twice', async () => {
    const url = await freshUrl()
    const { searchParams } = new URL(url)
    const [expires, signature] = [searchParams.get('expires') ?? '', searchParams.get('signature') ?? '']
    const last = signature.endsWith('A') ? 'B' : 'A'
    for (const altered of [
      withQuery(url, { expires: String(Number(expires) + 1) }),
      withQuery(url, { signature: signature.slice(0, -2) + last + signature.slice(-1) }),
      withQuery(url, { signature: '' }),
      `${plain(url)}?expires=${expires}`,
      `${plain(url)}?signature=${signature}`,
      `${url}&expires=${expires}`,
    ])
      await expectRefused(altered, /^The signature of this URL is not one of ours/)
  })

  test('where it was made for another asset, of this workspace or of another', async () => {
    const sister = await readyAsset(tenant, picture.bytes, 'picture.png')
    const stranger = await readyAsset(await signedTenant(herbarium), picture.bytes, 'picture.png')
    for (const { url } of [sister, stranger])
      await expectRefused(plain(picture.url) + new URL(url).search, /^The signature of this URL/)
  })

  test('but what is not there is 404 all the same', async () => {
    const { search } = new URL(picture.url)
    for (const unknown of ['/media/xxxxxxxxxxxxxxxxxxxxxx', `/media/xxxxxxxxxxxxxxxxxxxxxx${search}`])
      expect((await rawRequest(herbarium.origin, unknown)).status).toBe(404)
    const gone = await readyAsset(tenant, picture.bytes, 'gone.png')
    await tenant.call(`/assets/${gone.assetId}`, { method: 'DELETE' })
    expect((await ask(gone.url)).status).toBe(404)
  })
})

describe('the time of a url', () => {
  test('is an hour at least when it is given out, and the same url is given again for a while', async () => {
    clock.advance(QUARTER_MS - (clock.now() % QUARTER_MS) + 1000) // a quarter has begun
    const url = await freshUrl()
    expect(secondsOf(url)).toBeGreaterThanOrEqual(3600)
    expect(secondsOf(url)).toBeLessThanOrEqual(3600 + 900)
    clock.advance(QUARTER_MS / 2)
    expect(await freshUrl()).toBe(url)
    expect(secondsOf(url)).toBeGreaterThanOrEqual(3600)
    clock.advance(QUARTER_MS)
    expect(await freshUrl()).not.toBe(url)
    expect((await ask(url)).status).toBe(200)
  })

  test('ends: from then on it is 403, and a fresh one answers', async () => {
    const url = await freshUrl()
    clock.advance(secondsOf(url) * 1000 - 5000)
    const late = await ask(url)
    expect(late.status).toBe(200)
    expect(Number(late.headers.get('cache-control')?.replace('private, max-age=', ''))).toBeLessThanOrEqual(5)
    clock.advance(6000)
    await expectRefused(
      url,
      /^This URL has expired\. GET \/assets\/\{asset_id\} and POST .*\/sign give a fresh URL/,
    )
    expect((await ask(await freshUrl())).status).toBe(200)
  })

  test('lets private caches ask each time where MEDIA_CACHE_SECONDS is 0', async () => {
    const other = await startService({ environment: { MEDIA_CACHE_SECONDS: '0' } })
    onTestFinished(() => other.close())
    const { url } = await readyAsset(await signedTenant(other), picture.bytes, 'a.png')
    for (const asked of [url, withQuery(url, { preset: 'thumb' })])
      expect((await other.fetch(asked)).headers.get('cache-control')).toBe('private, no-cache')
  })
})

describe('a workspace that turns', () => {
  test('to signed takes back the urls that are out there, and back to public they answer, signed ones too', async () => {
    const turning = await herbarium.newTenant()
    const { assetId, url } = await readyAsset(turning, picture.bytes, 'turning.png')
    const shown = async () => (await turning.client.assets.retrieve(assetId)).url ?? 'no url'
    const before = await ask(url)
    expect([before.status, before.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=1800, immutable',
    ])
    await allow(herbarium, turning, 'signed')
    expect((await ask(url)).status).toBe(403)
    const signed = await shown()
    expect(plain(signed)).toBe(url)
    expect((await ask(signed)).status).toBe(200)
    await allow(herbarium, turning, 'public')
    expect(await shown()).toBe(url)
    clock.advance(2 * HOUR_MS)
    for (const asked of [url, signed]) {
      const answer = await ask(asked)
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([
        200,
        'public, max-age=1800, immutable',
      ])
    }
  })
})
