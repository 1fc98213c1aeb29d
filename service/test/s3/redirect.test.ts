// Delivery by the bucket: our answer sends the client to a presigned address, at which a real store takes over.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RawAnswer, rawRequest } from '../support/raw-request.ts'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { postJson } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { signedTenant } from '../support/signed-tenant.ts'
import { type Gateway, startGateway } from '../support/start-ceph.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { cephHere } from '../support/use-bucket.ts'

const NAME = 'Señorita (1) "two" & 花.png'

let gateway: Gateway
let herbarium: RunningService
let picture: ReadySample
beforeAll(async () => {
  gateway = await startGateway(cephHere())
  herbarium = await startService({
    environment: { DELIVERY: 'redirect', S3_PUBLIC_ENDPOINT: gateway.endpoint },
  })
  picture = await readyAsset(herbarium, await sampleBytes('i.png'), NAME)
}, 60_000)
afterAll(async () => {
  await herbarium.close()
  await gateway.close()
})

const ask = (headers: Record<string, string> = {}, method = 'GET', query = ''): Promise<RawAnswer> =>
  rawRequest(herbarium.origin, picture.path + query, { headers, method })

const locationOf = ({ headers }: RawAnswer): URL => new URL(headers.location ?? 'nowhere')

/** What a client does that follows, with the headers it sent before. */
function follow(answer: RawAnswer, headers: Record<string, string> = {}, method = 'GET'): Promise<RawAnswer> {
  const { origin, pathname, search } = locationOf(answer)
  return rawRequest(origin, pathname + search, { headers, method })
}

test('a GET is sent to the public address of the store, where the bytes are under their type and name', async () => {
  const answer = await ask()
  expect(answer.status).toBe(302)
  expect(answer.body.length).toBe(0)
  expect(answer.headers['access-control-allow-origin']).toBe('*')
  expect(locationOf(answer).origin).toBe(gateway.endpoint)
  const served = await follow(answer)
  expect(served.status).toBe(200)
  expect(served.body.equals(picture.bytes)).toBe(true)
  expect(served.headers['content-type']).toBe('image/png')
  expect(served.headers['content-disposition']).toContain(
    `filename*=UTF-8''${encodeURIComponent(NAME).replace(/[()]/g, c => `%${c.charCodeAt(0).toString(16)}`)}`,
  )
  expect(served.headers['content-disposition']).toMatch(/^inline; /)
  expect(served.headers['cache-control']).toBe('public, max-age=31536000, immutable')
})

test('the answer may be kept by its client for less time than the address is good for', async () => {
  const answer = await ask()
  const [, kept] = /^private, max-age=(\d+)$/.exec(answer.headers['cache-control'] ?? '') ?? []
  const { searchParams } = locationOf(answer)
  expect(searchParams.get('X-Amz-Expires')).toBe('300')
  expect(Number(kept)).toBeGreaterThan(0)
  expect(Number(kept)).toBeLessThanOrEqual(300 / 2)
})

test('an address is signed: another key, type, host or life, or no signature, is refused by the store', async () => {
  const right = locationOf(await ask()).href
  const statusOf = async (url: string) => {
    const { origin, pathname, search } = new URL(url)
    return (await rawRequest(origin, pathname + search)).status
  }
  expect(await statusOf(right)).toBe(200)
  const wrong = [
    right.replace('/media/', '/quarantine/'),
    right.replace('image%2Fpng', 'text%2Fhtml'),
    right.replace('X-Amz-Expires=300', 'X-Amz-Expires=3600'),
    right.replace(/&X-Amz-Signature=\w+/, ''),
    right.replace(gateway.endpoint, cephHere().endpoint),
  ]
  for (const url of wrong) {
    expect(url).not.toBe(right)
    expect(await statusOf(url), url).toBe(403)
  }
})

test('?download is answered by the store with "attachment"', async () => {
  expect((await follow(await ask({}, 'GET', '?download'))).headers['content-disposition']).toMatch(
    /^attachment; /,
  )
})

test('HEAD is sent to an address that takes HEAD', async () => {
  const answer = await ask({}, 'HEAD')
  expect(answer.status).toBe(302)
  const served = await follow(answer, {}, 'HEAD')
  expect(served.status).toBe(200)
  expect(served.headers['content-length']).toBe(String(picture.bytes.length))
  expect(served.headers['content-type']).toBe('image/png')
})

test('ranges are the business of the store, and so is one that cannot be had', async () => {
  const range = { range: 'bytes=10-19' }
  const part = await follow(await ask(range), range)
  expect(part.status).toBe(206)
  expect(part.headers['content-range']).toBe(`bytes 10-19/${picture.bytes.length}`)
  expect(part.body.equals(picture.bytes.subarray(10, 20))).toBe(true)
  const beyond = { range: `bytes=${picture.bytes.length}-` }
  expect((await follow(await ask(beyond), beyond)).status).toBe(416)
})

test('what the client has already is 304, and what is not there 404, before anyone is sent anywhere', async () => {
  const sha256 = createHash('sha256').update(picture.bytes).digest('hex')
  const known = await ask({ 'if-none-match': `"${sha256}"` })
  expect(known.status).toBe(304)
  expect(known.headers.etag).toBe(`"${sha256}"`)
  expect((await ask({ 'if-none-match': '"other"' })).status).toBe(302)
  expect((await rawRequest(herbarium.origin, '/media/xxxxxxxxxxxxxxxxxxxxxx')).status).toBe(404)
  const gone = await readyAsset(herbarium, picture.bytes, 'gone.png')
  expect((await herbarium.call(`/assets/${gone.assetId}`, { method: 'DELETE' })).status).toBeLessThan(300)
  expect((await rawRequest(herbarium.origin, gone.path)).status).toBe(404)
})

test("fetch follows of itself: the asset's URL gives the bytes", async () => {
  const served = await fetch(picture.url)
  expect(served.redirected).toBe(true)
  expect(Buffer.from(await served.arrayBuffer()).equals(picture.bytes)).toBe(true)
})

test('where media are private, nobody without a signature is sent anywhere, and no address outlives one', async () => {
  const tenant = await signedTenant(herbarium)
  const { assetId, url } = await readyAsset(tenant, picture.bytes, 'private.png')
  const sentTo = async (asked: string, method = 'GET') => {
    const { pathname, search } = new URL(asked)
    return rawRequest(herbarium.origin, pathname + search, { method })
  }
  for (const method of ['GET', 'HEAD']) {
    const refused = await sentTo(url.replace(/\?.*$/, ''), method)
    expect([refused.status, refused.headers.location]).toEqual([403, undefined])
  }
  const long = await sentTo(url)
  expect(locationOf(long).searchParams.get('X-Amz-Expires')).toBe('300')
  expect(long.headers['cache-control']).toBe('private, max-age=60')
  const served = await follow(long)
  expect(served.body.equals(picture.bytes)).toBe(true)
  expect(served.headers['cache-control']).toMatch(/^private, max-age=\d+$/)
  const signed = await postJson(tenant, `/assets/${assetId}/sign`, { expires_in: 30 })
  const { url: brief, expires_at: end } = (await signed.json()) as { url: string; expires_at: string }
  const short = await sentTo(brief)
  const { searchParams } = locationOf(short)
  const from = (searchParams.get('X-Amz-Date') ?? '').replace(
    /^(....)(..)(..T..)(..)(..)Z$/,
    '$1-$2-$3:$4:$5Z',
  )
  expect(Date.parse(from) + Number(searchParams.get('X-Amz-Expires')) * 1000).toBe(Date.parse(end))
  expect(short.headers['cache-control']).toBe('private, max-age=0')
  expect((await follow(short)).body.equals(picture.bytes)).toBe(true)
})
