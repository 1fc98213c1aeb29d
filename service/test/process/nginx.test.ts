// Delivery by nginx: with the configuration of deploy/ and a node that points to its files, all is as with streaming.
import { utimes } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:http2'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { keepsConditionsAndRanges } from '../contracts/delivery-ranges-contract.ts'
import { type RawRequest, rawRequest } from '../support/raw-request.ts'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { signedTenant } from '../support/signed-tenant.ts'
import { type BehindNginx, startBehindNginx } from '../support/start-behind-nginx.ts'
import { startNginx } from '../support/start-nginx.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { begun, expectServed, sendPiece } from '../support/tus.ts'
import { completed, postFile, putFile, uploaded } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 60_000 })

const NAME = 'Señorita "two" 花.png'

let place: BehindNginx
let herbarium: RunningService
let picture: ReadySample
let streaming: RunningService
beforeAll(async () => {
  place = await startBehindNginx({ DELIVERY: 'x-accel', TRUST_PROXY: '1' })
  herbarium = place.herbarium
  picture = await readyAsset(herbarium, await sampleBytes('i.png'), NAME)
  streaming = await startService({ environment: { DELIVERY: 'stream' } })
})
afterAll(async () => {
  await place?.close()
  await streaming?.close()
})

const ask = (request: RawRequest = {}, wanted = picture.path) =>
  rawRequest(place.nginx.origin, wanted, { ca: place.nginx.ca, ...request })

keepsConditionsAndRanges(() => ({ bytes: picture.bytes, ask }))

test('the file comes from nginx: the node answers with its place and no body', async () => {
  const answer = await rawRequest(place.node, picture.path)
  expect(answer.headers['x-accel-redirect']).toMatch(/^\/_herbarium_media\/media\/[0-9a-f]{2}\/[0-9a-f]{32}$/)
  expect(answer.body.length).toBe(0)
  const { headers, body } = await ask()
  expect(headers['x-accel-redirect']).toBeUndefined()
  expect(headers.server).toBe('nginx')
  expect(body.equals(picture.bytes)).toBe(true)
})

test.each<[string, RawRequest, string]>([
  ['a file', {}, ''],
  ['a download', {}, '?download'],
  ['a part', { headers: { range: 'bytes=5-99' } }, ''],
  ['a part that nginx would refuse', { headers: { range: 'bytes=5-99999999999999999999' } }, ''],
  ['a HEAD', { method: 'HEAD' }, ''],
  ['a range that is not there', { headers: { range: 'bytes=999999999-' } }, ''],
  ['a condition that nginx would judge', { headers: { 'if-match': '"other"' } }, ''],
])('%s has the headers that streaming gives it, each once', async (_, request, query) => {
  const same = await readyAsset(streaming, picture.bytes, NAME)
  const streamed = await rawRequest(streaming.origin, same.path + query, request)
  const delivered = await ask(request, picture.path + query)
  expect(delivered.status).toBe(streamed.status)
  expect(comparable(delivered.headers)).toEqual(comparable(streamed.headers))
  expect(delivered.headers['request-id']).toMatch(/^req_\w+$/)
})

test('the date is that of the asset, not that of the file', async () => {
  const [delivered, answered] = [await ask(), await rawRequest(place.node, picture.path)]
  expect(delivered.headers['last-modified']).toBe(answered.headers['last-modified'])
  const key = await keyOf(picture)
  await utimes(path.join(herbarium.dataDir, 'blobs', key), 0, 0)
  expect((await ask()).headers['last-modified']).toBe(answered.headers['last-modified'])
})

test('HTTP/2 brings the same bytes and tag, whole and in part, on one connection', async () => {
  const session = connect(place.nginx.origin, { ca: place.nginx.ca })
  const get = async (headers: Record<string, string>) => {
    const stream = session.request({ ':path': picture.path, ...headers })
    const answered = new Promise<Record<string, unknown>>(resolve => stream.once('response', resolve))
    const body = await buffer(stream)
    return { headers: await answered, body }
  }
  try {
    const [whole, part] = await Promise.all([get({}), get({ range: 'bytes=10-19' })])
    expect(session.alpnProtocol).toBe('h2')
    expect(whole.headers[':status']).toBe(200)
    expect(whole.body.equals(picture.bytes)).toBe(true)
    expect(part.headers[':status']).toBe(206)
    expect(part.headers.etag).toBe(whole.headers.etag)
    expect(part.body.equals(picture.bytes.subarray(10, 20))).toBe(true)
  } finally {
    session.close()
  }
})

test('what is not there is 404 in the words of the service, and its files have no address of their own', async () => {
  const unknown = await ask({}, '/media/xxxxxxxxxxxxxxxxxxxxxx')
  expect(unknown.status).toBe(404)
  expect(JSON.parse(unknown.body.toString())).toMatchObject({ error: { code: 'not_found' } })
  const blob = (await herbarium.files()).find(file => file.startsWith('media')) ?? 'no blob'
  const direct = await ask({}, `/_herbarium_media/${blob}`)
  expect(direct.status).toBe(404)
  expect(direct.body.includes(picture.bytes.subarray(0, 8))).toBe(false)
})

test('a file that has gone behind the back of the service is 503, and no cache may keep that', async () => {
  const lost = await readyAsset(herbarium, wavOf(2000, 1), 'lost.wav')
  await herbarium.removeBytes(await keyOf(lost))
  const answer = await ask({}, lost.path)
  expect(answer.status).toBe(503)
  expect(answer.headers['cache-control']).toBe('no-store')
})

test('a file that only nginx cannot reach is 503, and no cache may keep that', async () => {
  const node = Number(new URL(place.node).port)
  const wrong = await startNginx({ nodes: [node, node], blobs: path.join(herbarium.dataDir, 'not-there') })
  try {
    const answer = await rawRequest(wrong.origin, picture.path, { ca: wrong.ca })
    expect(answer.status).toBe(503)
    expect(answer.headers['cache-control']).toMatch(/no-store/)
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { code: 'service_unavailable' } })
  } finally {
    await wrong.close()
  }
})

test('where media are private, nginx sends what is signed, under headers for private caches, and nothing else', async () => {
  const tenant = await signedTenant(herbarium)
  const owned = await readyAsset(tenant, picture.bytes, NAME)
  const [plain = ''] = owned.path.split('?')
  for (const request of [{}, { method: 'HEAD' }, { headers: { range: 'bytes=5-99' } }]) {
    const refused = await ask(request, plain)
    expect([refused.status, refused.headers['cache-control']]).toEqual([403, 'no-store'])
    expect(refused.headers['x-accel-redirect']).toBeUndefined()
  }
  const whole = await ask({}, owned.path)
  expect([whole.status, whole.headers.server]).toEqual([200, 'nginx'])
  expect(whole.body.equals(picture.bytes)).toBe(true)
  const part = await ask({ headers: { range: 'bytes=5-99' } }, owned.path)
  expect([part.status, part.body.equals(picture.bytes.subarray(5, 100))]).toEqual([206, true])
  const known = await ask({ headers: { 'if-none-match': whole.headers.etag } }, owned.path)
  expect(known.status).toBe(304)
  for (const { headers } of [whole, part, known])
    expect(headers['cache-control']).toMatch(/^private, max-age=\d+$/)
})

test('uploads go through as they come: a form, a raw file of 24 MiB, and one by tus in two pieces', async () => {
  const form = await reserve(herbarium, { file_name: 'form.png' })
  expect((await postFile(herbarium, form, picture.bytes)).ok).toBe(true)
  expect(await completed(herbarium, form.asset_id)).toMatchObject({ status: 'ready' })
  const large = wavOf(24 * 1024 * 1024, 3)
  const raw = await reserve(herbarium, { file_name: 'raw.wav' })
  expect((await putFile(herbarium, raw, large)).status).toBe(204)
  await expectServed(herbarium, raw, large)
  const resumed = await begun(herbarium, large.length)
  const middle = 10 * 1024 * 1024
  expect((await sendPiece(herbarium, resumed, { file: large, from: 0, end: middle })).status).toBe(204)
  expect((await sendPiece(herbarium, resumed, { file: large, from: middle })).status).toBe(204)
  await expectServed(herbarium, resumed, large)
})

test('of two nodes one is down all the while: requests went to the other, also those with a body', async () => {
  await uploaded(herbarium)
  const { access } = await place.nginx.logs()
  const passedOn = access.split('\n').filter(line => line.includes(`${place.absent}, `))
  expect(passedOn.length).toBeGreaterThan(0)
  expect(access).not.toMatch(/ 50[24] /)
})

test('no log line has a token or a ticket, and plain http is sent to https', async () => {
  await uploaded(herbarium)
  const [, , token = ''] = picture.path.split('/')
  const { access } = await place.nginx.logs()
  expect(access).toContain(' GET 206 ')
  expect(access).not.toContain(token)
  expect(access).not.toContain('/uploads')
  const plain = await rawRequest(place.nginx.plainOrigin, picture.path)
  expect(plain.status).toBe(301)
  expect(plain.headers.location).toBe(`https://localhost${picture.path}`)
})

async function keyOf(sample: ReadySample): Promise<string> {
  const { headers } = await rawRequest(place.node, sample.path)
  return String(headers['x-accel-redirect']).replace('/_herbarium_media/', '')
}

/** Without what is of one answer, connection or server. */
function comparable(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const own = ['date', 'server', 'connection', 'keep-alive', 'request-id', 'last-modified']
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name)))
}
