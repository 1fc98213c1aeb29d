// POST /assets/{id}/complete: every row of its contract.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, post, postFile, putFile, retried, stored, until, uploaded } from '../support/uploads.ts'
import { head, openWire } from '../support/wire.ts'

const HOUR_MS = 3_600_000

const clock = createTestClock()
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ world: { clock } })
})
afterAll(() => herbarium.close())

test('whole bytes become ready in this very answer', async () => {
  const reservation = await uploaded(herbarium, { file_name: 'a.png', folder: 'f' })
  const response = await post(herbarium, `/assets/${reservation.asset_id}/complete`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({
    asset_id: reservation.asset_id,
    uploaded_via: 'signed_url',
    url: reservation.url,
    workspace_id: herbarium.workspaceId,
    visibility: 'workspace',
    status: 'ready',
    folder: 'f',
    retention: 'standard',
    delete_at: null,
    failure_message: null,
  })
})

test('the url answers only once the asset is ready', async () => {
  const reservation = await reserve(herbarium)
  expect((await herbarium.fetch(reservation.url)).status).toBe(404)
  await postFile(herbarium, reservation, await sampleBytes('i.png'))
  expect((await herbarium.fetch(reservation.url)).status).toBe(404)
  await herbarium.client.assets.complete(reservation.asset_id)
  expect((await herbarium.fetch(reservation.url)).status).toBe(200)
})

test('without bytes it is a conflict that repeating cannot heal, and the asset stays pending', async () => {
  const reservation = await reserve(herbarium)
  const refusal = await refusalOf(herbarium.client.assets.complete(reservation.asset_id))
  expect(refusal).toMatchObject({ status: 409, code: 'conflict', shouldRetry: 'false' })
  expect(await herbarium.client.assets.retrieve(reservation.asset_id)).toMatchObject({
    status: 'pending_upload',
  })
  await postFile(herbarium, reservation, await sampleBytes('i.png'))
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('the official client does not repeat what cannot heal', async () => {
  const reservation = await reserve(herbarium)
  let calls = 0
  const counting: typeof fetch = (input, init) => {
    calls++
    return fetch(input, init)
  }
  const client = herbarium.client.withOptions({ maxRetries: 2, fetch: counting })
  await refusalOf(client.assets.complete(reservation.asset_id))
  expect(calls).toBe(1)
})

test('while the bytes are still arriving it is a conflict that may heal', async () => {
  const reservation = await reserve(herbarium)
  const png = await sampleBytes('i.png')
  const wire = await openWire(herbarium.origin)
  const target = new URL(reservation.upload_url).pathname
  await wire.write(head(`PUT ${target}`, { 'content-length': png.length }))
  await wire.write(png.subarray(0, 1000))
  const refusal = await until(
    async () => refusalIn(await post(herbarium, `/assets/${reservation.asset_id}/complete`)),
    ({ shouldRetry }) => shouldRetry === null,
  )
  expect(refusal).toMatchObject({ status: 409, code: 'conflict' })
  await wire.write(png.subarray(1000))
  expect(await wire.answer()).toMatchObject({ status: 204 })
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('an asset that is ready already answers the same again: a lost answer is never an error', async () => {
  const reservation = await uploaded(herbarium)
  const first = await completed(herbarium, reservation.asset_id)
  expect(await completed(herbarium, reservation.asset_id)).toEqual(first)
  clock.advance(48 * HOUR_MS)
  await herbarium.service.sweep()
  expect(await completed(herbarium, reservation.asset_id)).toEqual(first)
})

test('an asset stored directly is complete already', async () => {
  const { asset_id, url } = await stored(herbarium)
  expect(await completed(herbarium, asset_id)).toMatchObject({ status: 'ready', url })
})

test('refused bytes answer 200 with failed and a reason, and the same again afterwards', async () => {
  const reservation = await uploaded(herbarium, {}, await sampleBytes('html.png'))
  const first = await completed(herbarium, reservation.asset_id)
  expect(first).toMatchObject({
    status: 'failed',
    failure_message: expect.stringContaining('text/html'),
    url: reservation.url,
  })
  expect(await completed(herbarium, reservation.asset_id)).toEqual(first)
  expect(await herbarium.client.assets.retrieve(reservation.asset_id)).toMatchObject({
    status: 'failed',
    failure_message: first.failure_message,
  })
})

test.each([
  ['an empty file', Buffer.alloc(0), /empty/],
  ['random bytes', Buffer.alloc(5000, 0x91), /of no type/],
  ['a png cut after its signature', Buffer.from('89504e470d0a1a0a', 'hex'), /cannot be read|of no type/],
])('%s fails with a reason', async (_what, bytes, reason) => {
  const reservation = await uploaded(herbarium, { content_type: 'image/png' }, bytes)
  const asset = await completed(herbarium, reservation.asset_id)
  expect(asset.status).toBe('failed')
  expect(asset.failure_message).toMatch(reason)
})

test('a 400-megapixel image fails with its size in the reason', async () => {
  const reservation = await uploaded(herbarium, {}, await sampleBytes('bomb20k.png'))
  const asset = await completed(herbarium, reservation.asset_id)
  expect(asset).toMatchObject({
    status: 'failed',
    failure_message: expect.stringContaining('400 megapixels'),
  })
})

test('twenty at once join one verification: the same answer for all, one node, one file', async () => {
  const project = await herbarium.client.projects.create({
    name: 'once',
    workspace_id: herbarium.workspaceId,
  })
  const before = await herbarium.files()
  const reservation = await uploaded(herbarium, { project_id: project.project_id }, wavOf(3_000_000))
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => completed(herbarium, reservation.asset_id)),
  )
  expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]?.status).toBe('ready')
  expect((await herbarium.client.projects.listNodes(project.project_id)).nodes).toHaveLength(1)
  expect(await herbarium.files()).toHaveLength(before.length + 1)
})

test('twenty at once on refused bytes all hear the same reason', async () => {
  const reservation = await uploaded(herbarium, {}, await sampleBytes('svg.png'))
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => completed(herbarium, reservation.asset_id)),
  )
  expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]?.status).toBe('failed')
})

test('after expires_at whole bytes are verified as usual, even when the sweep came first', async () => {
  const reservation = await uploaded(herbarium)
  clock.advance(HOUR_MS + 1000)
  await herbarium.service.sweep()
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('after a retry the bytes of the old attempt count no more', async () => {
  const reservation = await uploaded(herbarium)
  const fresh = await retried(herbarium, reservation.asset_id)
  const refusal = await refusalOf(herbarium.client.assets.complete(reservation.asset_id))
  expect(refusal).toMatchObject({ status: 409, code: 'conflict', shouldRetry: 'false' })
  await putFile(herbarium, fresh, await sampleBytes('i.webp'))
  await completed(herbarium, reservation.asset_id)
  const served = await herbarium.fetch(reservation.url)
  expect(served.headers.get('content-type')).toBe('image/webp')
})

test('complete racing a second upload publishes exactly one whole file', async () => {
  const [first, second] = [wavOf(2_000_000, 1), wavOf(2_000_000, 2)]
  const reservation = await uploaded(herbarium, {}, first)
  const [again] = await Promise.all([
    postFile(herbarium, reservation, second),
    post(herbarium, `/assets/${reservation.asset_id}/complete`),
  ])
  expect([204, 403, 409]).toContain(again.status)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
  const bytes = Buffer.from(await (await herbarium.fetch(reservation.url)).arrayBuffer())
  expect(bytes.equals(first) || bytes.equals(second)).toBe(true)
})

test('a complete races a retry: afterwards the asset is ready, or pending with instructions that work', async () => {
  const reservation = await uploaded(herbarium, {}, wavOf(1_000_000))
  const [complete, retry] = await Promise.all([
    post(herbarium, `/assets/${reservation.asset_id}/complete`),
    post(herbarium, `/assets/${reservation.asset_id}/retry`),
  ])
  expect([200, 409]).toContain(complete.status)
  expect([200, 409]).toContain(retry.status)
  const { status } = await herbarium.client.assets.retrieve(reservation.asset_id)
  if (status !== 'ready')
    await putFile(herbarium, await retried(herbarium, reservation.asset_id), wavOf(1_000_000))
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('a service that never waits may answer pending, and the asset becomes ready all the same', async () => {
  const impatient = await startService({ environment: { COMPLETE_WAIT_SECONDS: '0' } })
  try {
    const reservation = await uploaded(impatient, {}, wavOf(2_000_000))
    const answer = await completed(impatient, reservation.asset_id)
    expect(['pending_upload', 'ready']).toContain(answer.status)
    const asset = await until(
      () => impatient.client.assets.retrieve(reservation.asset_id),
      ({ status }) => status !== 'pending_upload',
    )
    expect(asset).toMatchObject({ status: 'ready', size_bytes: 2_000_000 })
  } finally {
    await impatient.close()
  }
})
