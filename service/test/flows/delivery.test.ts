// Delivery: who gets the bytes of an asset at its url, and under which headers.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { rawRequest } from '../support/raw-request.ts'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, type StartOptions, startService } from '../support/start-service.ts'

let herbarium: RunningService
let picture: ReadySample
beforeAll(async () => {
  herbarium = await startService()
  picture = await readyAsset(herbarium, await sampleBytes('i.png'), 'picture.png')
})
afterAll(() => herbarium.close())

const put = (url: string, bytes: Uint8Array) =>
  herbarium.fetch(url, { method: 'PUT', body: new Uint8Array(bytes) })

async function anotherService(options: StartOptions): Promise<RunningService> {
  const other = await startService(options)
  onTestFinished(() => other.close())
  return other
}

describe('the url answers only for an asset that is ready', () => {
  test('it is 404 from the reservation on, while bytes lie in quarantine too, and 200 from ready on', async () => {
    const bytes = await sampleBytes('i.webp')
    const reservation = await reserve(herbarium, { file_name: 'later.webp' })
    expect((await herbarium.fetch(reservation.url)).status).toBe(404)
    expect((await put(reservation.upload_url, bytes)).status).toBe(204)
    const early = await herbarium.fetch(reservation.url)
    expect(early.status).toBe(404)
    expect(await early.json()).toMatchObject({ error: { code: 'not_found' } })
    expect(early.headers.get('cache-control') ?? '').not.toMatch(/max-age|immutable/)
    await herbarium.client.assets.complete(reservation.asset_id)
    const served = await herbarium.fetch(reservation.url)
    expect(served.status).toBe(200)
    expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true)
  })

  test('it stays 404 when the bytes were refused, and after a retry of that', async () => {
    const reservation = await reserve(herbarium, { file_name: 'page.png' })
    expect((await put(reservation.upload_url, await sampleBytes('html.png'))).status).toBe(204)
    const completed = await herbarium.client.assets.complete(reservation.asset_id)
    expect(completed.status).toBe('failed')
    expect((await herbarium.fetch(reservation.url)).status).toBe(404)
    await herbarium.client.assets.retry(reservation.asset_id)
    expect((await herbarium.fetch(reservation.url)).status).toBe(404)
  })

  test('an unknown token is 404, to GET and to HEAD, and neither an id nor a blob is a token', async () => {
    const [, , token = ''] = picture.path.split('/')
    const lastLetter = token.endsWith('A') ? 'Q' : 'A'
    const blob = (await herbarium.files()).find(file => file.startsWith('media')) ?? 'no blob'
    for (const unknown of ['x', picture.assetId, `${token}A`, token.slice(0, -1) + lastLetter, blob]) {
      expect((await rawRequest(herbarium.origin, `/media/${unknown}`)).status, unknown).toBe(404)
      const head = await rawRequest(herbarium.origin, `/media/${unknown}`, { method: 'HEAD' })
      expect(head.status, unknown).toBe(404)
    }
  })

  test('the name in the path is decoration: another one, or none, gives the same bytes', async () => {
    const [, media, token] = picture.path.split('/')
    for (const path of [`/${media}/${token}`, `/${media}/${token}/other.exe`, `/${media}/${token}/%C3%A9`]) {
      const answer = await rawRequest(herbarium.origin, path)
      expect(answer.status, path).toBe(200)
      expect(answer.headers['content-type'], path).toBe('image/png')
      expect(answer.body.equals(picture.bytes), path).toBe(true)
    }
  })

  test('no path leads out of the media: a traversal is refused or is only a name', async () => {
    const [, , token = ''] = picture.path.split('/')
    const { SECRET_KEY } = herbarium.environment
    const secret = SECRET_KEY ?? (await readFile(path.join(herbarium.dataDir, 'secret.key')))
    const paths = [
      `/media/${token}/../../../secret.key`,
      `/media/${token}/..%2f..%2f..%2fsecret.key`,
      '/media/../../secret.key',
      '/media/..%2f..%2fsecret.key',
      '/media/%2e%2e/%2e%2e/secret.key',
      '/media/..%5c..%5csecret.key',
      '/media//secret.key',
      '/media/%00',
      '/media/%zz',
      '/media/',
      '/media',
      `/media/${'x'.repeat(3000)}`,
    ]
    for (const wanted of paths) {
      const { status, body } = await rawRequest(herbarium.origin, wanted)
      expect(body.includes(secret), wanted).toBe(false)
      if (status === 200) expect(body.equals(picture.bytes), wanted).toBe(true)
      else expect([400, 404, 414], `${wanted} → ${status}`).toContain(status)
    }
  })

  test('a method that would change something is refused', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect([404, 405], method).toContain((await herbarium.fetch(picture.url, { method })).status)
    expect((await herbarium.fetch(picture.url)).status).toBe(200)
  })
})

describe('headers', () => {
  test('GET describes the bytes fully', async () => {
    const { headers } = await herbarium.fetch(picture.url)
    const sha256 = createHash('sha256').update(picture.bytes).digest('hex')
    expect(headers.get('etag')).toBe(`"${sha256}"`)
    expect(headers.get('content-type')).toBe('image/png')
    expect(headers.get('content-length')).toBe(String(picture.bytes.length))
    expect(headers.get('accept-ranges')).toBe('bytes')
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const modified = headers.get('last-modified') ?? ''
    expect(new Date(modified).toUTCString()).toBe(modified)
    expect(Math.abs(Date.now() - Date.parse(modified))).toBeLessThan(60_000)
    expect(headers.get('request-id')).toMatch(/^req_/)
  })

  test('GET keeps media from acting and lets every page use it', async () => {
    const { headers } = await herbarium.fetch(picture.url)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox allow-same-origin",
    )
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    expect(headers.get('set-cookie')).toBeNull()
    const exposed = (headers.get('access-control-expose-headers') ?? '').split(', ')
    for (const name of ['etag', 'content-length', 'content-range', 'accept-ranges', 'last-modified'])
      expect(exposed).toContain(name)
  })

  test('a PDF is served without a sandbox, in which no viewer starts, and still may load and run nothing', async () => {
    const pdf = await readyAsset(herbarium, await sampleBytes('three.pdf'), 'three.pdf')
    const { headers } = await herbarium.fetch(pdf.url)
    expect(headers.get('content-type')).toBe('application/pdf')
    expect(headers.get('content-disposition')).toBe('inline; filename=three.pdf')
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/sandbox|script-src|unsafe-eval/)
  })

  test('HEAD answers the headers of GET and no body', async () => {
    const get = await rawRequest(herbarium.origin, picture.path)
    const head = await rawRequest(herbarium.origin, picture.path, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.body.length).toBe(0)
    const { 'request-id': _a, date: _b, ...headersOfGet } = get.headers
    expect(head.headers).toMatchObject(headersOfGet)
  })

  test('OPTIONS answers a preflight request of any page', async () => {
    const answer = await rawRequest(herbarium.origin, picture.path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://tool.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'range',
      },
    })
    expect(answer.status).toBe(204)
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers['access-control-allow-methods']).toBe('GET, HEAD, OPTIONS')
    expect(answer.headers['access-control-allow-headers']).toBe('*')
  })

  test('MEDIA_CACHE_SECONDS says how long a cache may keep media; 0 makes it ask each time', async () => {
    const hour = await anotherService({ environment: { MEDIA_CACHE_SECONDS: '3600' } })
    const never = await anotherService({ environment: { MEDIA_CACHE_SECONDS: '0' } })
    const cacheControl = async (service: RunningService) => {
      const { url } = await readyAsset(service, picture.bytes, 'a.png')
      return (await service.fetch(url)).headers.get('cache-control')
    }
    expect(await cacheControl(hour)).toBe('public, max-age=3600, immutable')
    expect(await cacheControl(never)).toBe('no-cache')
  })
})

describe('the name under which a browser saves it', () => {
  const names = [
    { name: 'plain.png', said: 'inline; filename=plain.png' },
    { name: 'two words.png', said: 'inline; filename="two words.png"' },
    { name: 'a "quoted" name.png', said: 'inline; filename="a \\"quoted\\" name.png"' },
    {
      name: 'Señorita 花 🌸.png',
      said: `inline; filename="Se?orita ? ??.png"; filename*=UTF-8''${encodeURIComponent('Señorita 花 🌸.png')}`,
    },
    {
      name: '100%20.png',
      said: `inline; filename=100%20.png; filename*=UTF-8''${encodeURIComponent('100%20.png')}`,
    },
  ]
  for (const { name, said } of names)
    test(`is ${name}, told as RFC 6266 has it`, async () => {
      const { path } = await readyAsset(herbarium, picture.bytes, name)
      const { headers } = await rawRequest(herbarium.origin, path)
      expect(headers['content-disposition']).toBe(said)
    })

  test('is none where the asset has none', async () => {
    const form = new FormData()
    form.append('workspace_id', herbarium.workspaceId)
    form.append('file', new Blob([new Uint8Array(picture.bytes)]))
    const created = await herbarium.call('/assets', { method: 'POST', body: form })
    const { url } = (await created.json()) as { url: string }
    expect((await herbarium.fetch(url)).headers.get('content-disposition')).toBe('inline')
  })

  test('comes with "attachment" when ?download is asked for, with or without a value', async () => {
    for (const query of ['?download', '?download=1', '?x=y&download'])
      expect((await herbarium.fetch(picture.url + query)).headers.get('content-disposition'), query).toBe(
        'attachment; filename=picture.png',
      )
    expect((await herbarium.fetch(`${picture.url}?downloads`)).headers.get('content-disposition')).toMatch(
      /^inline/,
    )
  })
})

describe('URLs are built from what the operator set, never from what a client says', () => {
  const forged = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    forwarded: 'host=evil.example;proto=https',
  }

  test('Host and X-Forwarded-* change no URL', async () => {
    const { body } = await rawRequest(herbarium.origin, `/api/v1/assets/${picture.assetId}`, {
      headers: { ...forged, authorization: `Bearer ${herbarium.apiKey}` },
    })
    expect(JSON.parse(body.toString())).toMatchObject({ url: picture.url })
    const docs = await rawRequest(herbarium.origin, '/docs', { headers: forged })
    expect(docs.status).toBe(200)
    expect(docs.body.toString()).not.toContain('evil.example')
  })

  test('MEDIA_URL gives media an origin of its own', async () => {
    const apart = await anotherService({ environment: { MEDIA_URL: 'https://cdn.example.com/herbarium/' } })
    const reservation = await reserve(apart, { file_name: 'a.png' })
    expect(reservation.url).toMatch(/^https:\/\/cdn\.example\.com\/herbarium\/media\/[\w-]{30}\/a\.png$/)
    expect(new URL(reservation.upload_url).origin).toBe(apart.origin)
  })
})
