// POST /assets/{id}/retry: fresh instructions, the same asset.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { aForm } from '../support/test-bytes.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, formToDoor, putFile, retried, stored, uploaded } from '../support/uploads.ts'
import { head, speakAtOnce } from '../support/wire.ts'

const HOUR_MS = 3_600_000

const clock = createTestClock()
let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  herbarium = await startService({ world: { clock } })
  png = await sampleBytes('i.png')
})
afterAll(() => herbarium.close())

test('a pending upload gets new instructions under the same id and url, with a later end', async () => {
  const old = await reserve(herbarium, { file_name: 'a.png', folder: 'f', content_type: 'image/png' })
  clock.advance(1000)
  const fresh = await retried(herbarium, old.asset_id)
  expect(fresh).toMatchObject({
    asset_id: old.asset_id,
    url: old.url,
    status: 'pending_upload',
    uploaded_via: 'signed_url',
    visibility: 'workspace',
    folder: 'f',
    failure_message: null,
  })
  expect(fresh.upload_url).not.toBe(old.upload_url)
  expect(fresh.upload).toMatchObject({
    file_field: 'file',
    fileField: 'file',
    ...aForm(fresh.upload_url),
  })
  expect(Date.parse(fresh.expires_at)).toBeGreaterThan(Date.parse(old.expires_at))
})

test('the old instructions are dead: 403 on both ways in, and nothing is stored', async () => {
  const old = await reserve(herbarium)
  const fresh = await retried(herbarium, old.asset_id)
  const before = await herbarium.files()
  expect(await refusalIn(await formToDoor(herbarium, old, png))).toMatchObject({
    status: 403,
    code: 'forbidden',
  })
  expect(await refusalIn(await putFile(herbarium, old, png))).toMatchObject({
    status: 403,
    code: 'forbidden',
  })
  expect(await herbarium.files()).toEqual(before)
  expect((await putFile(herbarium, fresh, png)).status).toBe(204)
  expect(await completed(herbarium, old.asset_id)).toMatchObject({ status: 'ready' })
})

test('bytes that had arrived are removed with their attempt', async () => {
  const before = await herbarium.files()
  const old = await uploaded(herbarium)
  expect(await herbarium.files()).toHaveLength(before.length + 1)
  await retried(herbarium, old.asset_id)
  expect(await herbarium.files()).toEqual(before)
})

test('a failed asset becomes ready through retry and keeps its id and url', async () => {
  const first = await uploaded(herbarium, { file_name: 'a.png' }, await sampleBytes('html.png'))
  expect(await completed(herbarium, first.asset_id)).toMatchObject({ status: 'failed' })
  const fresh = await retried(herbarium, first.asset_id)
  expect(await herbarium.client.assets.retrieve(first.asset_id)).toMatchObject({
    status: 'pending_upload',
    failure_message: null,
  })
  await formToDoor(herbarium, fresh, png)
  expect(await completed(herbarium, first.asset_id)).toMatchObject({
    status: 'ready',
    asset_id: first.asset_id,
    url: first.url,
  })
  expect((await herbarium.fetch(first.url)).status).toBe(200)
})

test('a direct upload that failed gets instructions too', async () => {
  const failed = await stored(herbarium, { file_name: 'a.png' }, await sampleBytes('html.png'))
  expect(failed.status).toBe('failed')
  const fresh = await retried(herbarium, failed.asset_id)
  expect(fresh).toMatchObject({ asset_id: failed.asset_id, url: failed.url, status: 'pending_upload' })
  await formToDoor(herbarium, fresh, png)
  expect(await completed(herbarium, failed.asset_id)).toMatchObject({ status: 'ready', url: failed.url })
})

test.each([
  ['swept', true],
  ['not yet swept', false],
])('an expired upload that is %s can be retried and finished', async (_what, isSwept) => {
  const old = await reserve(herbarium)
  clock.advance(HOUR_MS + 1)
  if (isSwept) await herbarium.service.sweep()
  expect(await refusalIn(await formToDoor(herbarium, old, png))).toMatchObject({ status: 403 })
  const fresh = await retried(herbarium, old.asset_id)
  expect(Date.parse(fresh.expires_at)).toBeGreaterThan(clock.now())
  expect((await formToDoor(herbarium, fresh, png)).status).toBe(204)
  expect(await completed(herbarium, old.asset_id)).toMatchObject({ status: 'ready', url: old.url })
})

test.each([
  ['reserved first', async () => completed(herbarium, (await uploaded(herbarium)).asset_id)],
  ['stored directly', () => stored(herbarium)],
])('a ready asset, %s, is a conflict that repeating cannot heal', async (_what, ready) => {
  const { asset_id, url } = await ready()
  const refusal = await refusalOf(herbarium.client.assets.retry(asset_id))
  expect(refusal).toMatchObject({ status: 409, code: 'conflict', shouldRetry: 'false' })
  expect((await herbarium.fetch(url)).status).toBe(200)
})

test.each([
  ['a pending', () => reserve(herbarium)],
  ['a failed', () => stored(herbarium, {}, Buffer.alloc(0))],
])('ten retries of %s asset at once are all answered and leave one live ticket', async (_what, made) => {
  const reservation = await made()
  const request = head(`POST /api/v1/assets/${reservation.asset_id}/retry`, {
    authorization: `Bearer ${herbarium.apiKey}`,
    'content-length': 0,
  })
  const heard = await speakAtOnce(herbarium.origin, Array(10).fill(request))
  expect(heard.map(({ status }) => status)).toEqual(Array(10).fill(200))
  const answers = heard.map(({ body }) => JSON.parse(body) as Reservation)
  const doors = new Set(answers.map(({ upload_url }) => upload_url))
  expect(doors.size).toBe(10)
  const statuses = []
  for (const answer of answers) statuses.push((await formToDoor(herbarium, answer, png)).status)
  expect(statuses.toSorted()).toEqual([204, ...Array(9).fill(403)])
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('a retry overtakes an upload that is under way: it is refused, the new one wins', async () => {
  const old = await reserve(herbarium)
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const slow = fetch(old.upload_url, { method: 'PUT', body: readable, duplex: 'half' })
  await writer.write(new Uint8Array(png.subarray(0, 1000)))
  const fresh = await retried(herbarium, old.asset_id)
  await writer.write(new Uint8Array(png.subarray(1000)))
  await writer.close()
  expect([403, 409]).toContain((await slow).status)
  await putFile(herbarium, fresh, await sampleBytes('i.webp'))
  await completed(herbarium, old.asset_id)
  expect((await herbarium.fetch(old.url)).headers.get('content-type')).toBe('image/webp')
})

test('what was promised at creation still holds after a retry', async () => {
  const old = await reserve(herbarium, {
    file_size: png.length,
    metadata: { a: 'b' },
    project_id: herbarium.projectId,
  })
  const fresh = await retried(herbarium, old.asset_id)
  expect((await putFile(herbarium, fresh, Buffer.concat([png, Buffer.alloc(1)]))).status).toBe(413)
  expect((await putFile(herbarium, fresh, png)).status).toBe(204)
  await completed(herbarium, old.asset_id)
  expect(await herbarium.client.assets.retrieve(old.asset_id)).toMatchObject({ metadata: { a: 'b' } })
  const { nodes } = await herbarium.client.projects.listNodes(herbarium.projectId)
  expect(nodes.map(({ asset_id }) => asset_id)).toEqual([old.asset_id])
})
