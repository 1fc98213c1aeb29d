// GET /assets/{id}/timeline: what became of a file, however it was sent.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn } from '../support/refusal-of.ts'
import { type AssetUpload, postJson, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import type { RunningService } from '../support/start-service.ts'
import { type Street, startStreet } from '../support/start-street.ts'
import { eventTypesIn, lastAttemptOf, timelineOf } from '../support/timeline.ts'
import { begun, tusDelete } from '../support/tus.ts'
import { completed, postFile, putFile, retried, stored } from '../support/uploads.ts'

const HOUR_MS = 3_600_000

let street: Street
let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  street = await startStreet()
  herbarium = street.herbarium
  png = await sampleBytes('i.png')
})
afterAll(() => street.close())

const lastOf = (to: { asset_id: string }) => lastAttemptOf(herbarium, to)

test('a reservation that nobody has used has an attempt without bytes, and says to send them', async () => {
  const reservation = await reserve(herbarium, { file_size: 1234 })
  const told = await timelineOf(herbarium, reservation)
  expect(told).toMatchObject({ asset_id: reservation.asset_id, status: 'pending_upload' })
  expect(told.attempts).toEqual([
    {
      attempt: 1,
      state: 'open',
      transport: null,
      signed_at: expect.any(Number),
      expires_at: Date.parse(reservation.expires_at),
      first_byte_at: null,
      last_byte_at: null,
      received_bytes: null,
      total_bytes: 1234,
      sha256: null,
      sniffed_type: null,
      closed_by: null,
      rule: null,
      message: null,
      cure: expect.stringContaining('send the file'),
    },
  ])
  expect(told.events).toEqual([
    {
      id: expect.stringMatching(/^evt_/),
      type: 'asset.created',
      at: expect.any(Number),
      actor_key_id: expect.stringMatching(/^key_/),
      attempt: 1,
      data: {},
    },
  ])
})

test('an upload that is given up says so', async () => {
  const reservation = await begun(herbarium, 10)
  expect((await tusDelete(herbarium, reservation.upload_url)).status).toBe(204)
  const told = await timelineOf(herbarium, reservation)
  expect(told.attempts).toMatchObject([{ state: 'cancelled', cure: expect.stringContaining('/retry') }])
  expect(eventTypesIn(told)).toEqual(['asset.created', 'asset.cancelled'])
})

test('refused bytes name the rule they broke and its cure, also after a retry has made the asset ready', async () => {
  const reservation = await reserve(herbarium, { file_name: 'a.png' })
  await putFile(herbarium, reservation, Buffer.from('words'))
  expect(await lastOf(reservation)).toMatchObject({ state: 'received', rule: 'unsupported_type' })
  await completed(herbarium, reservation.asset_id)
  await postFile(herbarium, await retried(herbarium, reservation.asset_id), png)
  await completed(herbarium, reservation.asset_id)
  const told = await timelineOf(herbarium, reservation)
  expect(told.status).toBe('ready')
  expect(told.attempts).toMatchObject([
    {
      attempt: 1,
      state: 'failed',
      transport: 'put',
      received_bytes: 5,
      sniffed_type: null,
      closed_by: 'client',
      rule: 'unsupported_type',
      message: expect.stringContaining('upload one of'),
      cure: expect.stringContaining('Convert the file'),
    },
    {
      attempt: 2,
      state: 'won',
      received_bytes: png.length,
      total_bytes: png.length,
      sniffed_type: 'image/png',
      closed_by: 'client',
      rule: null,
      message: null,
      cure: null,
    },
  ])
  expect(eventTypesIn(told)).toEqual([
    'asset.created',
    'asset.uploaded',
    'asset.failed',
    'asset.retried',
    'asset.uploaded',
    'asset.ready',
  ])
  expect(told.events[1]?.data).toEqual({ size_bytes: 5 })
  expect(told.events[2]?.data).toEqual({ reason: 'unsupported_type' })
})

test('a direct upload is one attempt with all its times', async () => {
  const [ready, failed] = [await stored(herbarium), await stored(herbarium, {}, Buffer.alloc(0))]
  const told = await timelineOf(herbarium, ready)
  const [attempt] = told.attempts
  expect(attempt).toMatchObject({
    state: 'won',
    transport: 'direct',
    first_byte_at: expect.any(Number),
    last_byte_at: expect.any(Number),
    received_bytes: png.length,
    closed_by: 'client',
  })
  expect(eventTypesIn(told)).toEqual(['asset.created', 'asset.uploaded', 'asset.ready'])
  expect(await lastOf(failed)).toMatchObject({ state: 'failed', rule: 'empty_file', received_bytes: 0 })
})

test('a fetched URL is told with its times and without the URL', async () => {
  const told = await timelineOf(herbarium, await street.bring('url', png))
  expect(told.attempts).toMatchObject([
    {
      state: 'won',
      transport: 'url',
      first_byte_at: expect.any(Number),
      last_byte_at: expect.any(Number),
      received_bytes: png.length,
      closed_by: 'client',
      cure: null,
    },
  ])
  expect(JSON.stringify(told)).not.toContain('example.com')
})

/** Once what was written has surely come. */
const breakOffSoon = (response: { destroy(): void }) => () => {
  setTimeout(() => response.destroy(), 100)
}

test('a URL that gave nothing has no times, and one that broke off was ended by its other side', async () => {
  const fetched = async (path: string) => {
    const body = {
      source: street.internet.url('files.example.com', path),
      workspace_id: herbarium.workspaceId,
    }
    return (await (await postJson(herbarium, '/assets', body)).json()) as AssetUpload
  }
  const answer = street.internet.answer
  street.internet.answer = (request, response) => {
    if (request.url === '/gone') response.writeHead(404).end()
    else response.writeHead(200, { 'content-length': 100 }).write('some', breakOffSoon(response))
  }
  const gone = await lastOf(await fetched('/gone'))
  expect(gone).toMatchObject({ state: 'failed', rule: 'fetch_failed', first_byte_at: null, closed_by: null })
  expect(gone.message).toContain('404')
  const broken = await fetched('/broken')
  await expect
    .poll(() => lastOf(broken), { timeout: 15_000 })
    .toMatchObject({ state: 'failed', closed_by: 'client' })
  street.internet.answer = answer
})

test('an upload whose time is over is expired, before and after the sweep has said so', async () => {
  const reservation = await reserve(herbarium)
  street.clock.advance(HOUR_MS + 1)
  expect(await lastOf(reservation)).toMatchObject({ state: 'open', cure: expect.stringContaining('over') })
  street.clock.advance(HOUR_MS) // a form to a bucket may have been on its way until then
  await herbarium.service.sweep()
  const told = await timelineOf(herbarium, reservation)
  expect(told.attempts).toMatchObject([{ state: 'expired', cure: expect.stringContaining('/retry') }])
  expect(told.events.at(-1)).toMatchObject({ type: 'asset.expired', actor_key_id: null })
})

test('an upload token reads the timeline of its own asset alone', async () => {
  const [own, other] = [await reserve(herbarium), await reserve(herbarium)]
  const holder = herbarium.tenantOf(own.upload.token, herbarium.workspaceId)
  expect(await timelineOf(holder, own)).toEqual(await timelineOf(herbarium, own))
  expect((await holder.call(`/assets/${other.asset_id}/timeline`)).status).toBe(404)
})

test('the timeline of another workspace’s asset is as missing as one of no asset', async () => {
  const { asset_id } = await reserve(herbarium)
  const stranger = await herbarium.newTenant()
  for (const id of [asset_id, 'asset_unknown']) {
    const refusal = await refusalIn(await stranger.call(`/assets/${id}/timeline`))
    expect(refusal).toMatchObject({ status: 404, code: 'not_found', message: 'There is no such asset.' })
  }
})
