// GET /assets/{id}/timeline: what became of a file, however it was sent.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import type { timeline } from '../../src/http/schemas.ts'
import { filePart, formType, rawForm } from '../support/raw-form.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { postJson, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import type { RunningService, Tenant } from '../support/start-service.ts'
import { type Street, startStreet } from '../support/start-street.ts'
import { begun, sendPiece, tusDelete } from '../support/tus.ts'
import { completed, formToDoor, postFile, putFile, retried, stored, until } from '../support/uploads.ts'
import { head, openWire, type Wire } from '../support/wire.ts'

type Timeline = z.output<typeof timeline>

const MAX_BYTES = 300_000
const HOUR_MS = 3_600_000

let street: Street
let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  street = await startStreet({ MAX_UPLOAD_BYTES: String(MAX_BYTES) })
  herbarium = street.herbarium
  png = await sampleBytes('i.png')
})
afterAll(() => street.close())

/** Longer than what is held in memory until all of it is there. */
const long = Buffer.alloc(100_000, 7)

async function timelineOf({ asset_id }: { asset_id: string }, tenant: Tenant = herbarium): Promise<Timeline> {
  const answer = await tenant.call(`/assets/${asset_id}/timeline`)
  if (answer.status !== 200) throw new Error(`timeline: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Timeline // checked against the document by the tenant's fetch
}

const lastOf = async (to: { asset_id: string }) => (await timelineOf(to)).attempts.at(-1)

const closedAttempt = (to: Reservation) =>
  until(
    () => lastOf(to),
    attempt => attempt?.closed_by !== null,
  )

const typesOf = ({ events }: Timeline) => events.map(({ type }) => type)

/** Announces all of the body and sends so much of it. */
async function beginSending(to: Reservation, method: 'PUT' | 'POST', body: Buffer): Promise<Wire> {
  const wire = await openWire(herbarium.origin)
  const headers = {
    'content-length': body.length,
    ...(method === 'POST' ? { 'content-type': formType() } : {}),
  }
  await wire.write(head(`${method} ${new URL(to.upload_url).pathname}`, headers))
  await wire.write(body.subarray(0, body.length / 2))
  return wire
}

const arriving = (to: Reservation) =>
  until(
    () => lastOf(to),
    attempt => attempt?.transport !== null,
  )

test('a reservation that nobody has used has an attempt without bytes, and says to send them', async () => {
  const reservation = await reserve(herbarium, { file_size: 1234 })
  const told = await timelineOf(reservation)
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
      at: told.attempts[0]?.signed_at,
      actor_key_id: expect.stringMatching(/^key_/),
      attempt: 1,
      data: {},
    },
  ])
})

test.each([
  ['a long PUT', 'PUT', () => long],
  ['a PUT of a few packets', 'PUT', () => long.subarray(0, 20_000)],
  ['a long form', 'POST', () => rawForm([filePart(long)])],
  ['a form of a few packets', 'POST', () => rawForm([filePart(long.subarray(0, 20_000))])],
] as const)('%s that its sender cuts is told as cut by the client', async (_what, method, body) => {
  const reservation = await reserve(herbarium)
  const isLong = body().length > 64 * 1024
  const wire = await beginSending(reservation, method, Buffer.from(body()))
  if (isLong) {
    expect(await arriving(reservation)).toMatchObject({
      closed_by: null,
      cure: expect.stringContaining('arriving'),
    })
  }
  wire.cut()
  const attempt = await closedAttempt(reservation)
  expect(attempt).toMatchObject({
    state: 'open',
    transport: method.toLowerCase(),
    received_bytes: null,
    closed_by: 'client',
    rule: null,
    cure: expect.stringContaining('send it again'),
  })
  expect(attempt?.first_byte_at).toBeGreaterThanOrEqual(attempt?.signed_at ?? Number.NaN)
  expect(attempt?.last_byte_at).toBeGreaterThanOrEqual(attempt?.first_byte_at ?? Number.NaN)
  expect((await putFile(herbarium, reservation, png)).status).toBe(204)
  expect(await lastOf(reservation)).toMatchObject({ state: 'received', closed_by: 'client' })
})

const endless = () => new Blob([new Uint8Array(2 * MAX_BYTES)]).stream()

test.each([
  ['announced', () => ({ body: new Uint8Array(MAX_BYTES + 1) })],
  ['unannounced', () => ({ body: endless(), duplex: 'half' as const })],
])('a file that is too large, %s, is told as refused by the service', async (_what, body) => {
  const reservation = await reserve(herbarium)
  expect((await herbarium.fetch(reservation.upload_url, { method: 'PUT', ...body() })).status).toBe(413)
  expect(await lastOf(reservation)).toMatchObject({
    state: 'open',
    transport: 'put',
    received_bytes: null,
    closed_by: 'server',
    cure: expect.stringContaining('its answer said why'),
  })
  expect((await putFile(herbarium, reservation, png)).status).toBe(204)
})

test('a small file that outgrows what was promised is told as refused by the service', async () => {
  const reservation = await reserve(herbarium, { file_size: 10 })
  const form = await formToDoor(herbarium, reservation, Buffer.alloc(20))
  expect(form.status).toBe(413)
  expect(await lastOf(reservation)).toMatchObject({ transport: 'post', closed_by: 'server' })
})

test('an upload that a retry stops is told as stopped by the service, beside the attempt that follows', async () => {
  const reservation = await reserve(herbarium)
  const wire = await beginSending(reservation, 'PUT', long)
  await arriving(reservation)
  await retried(herbarium, reservation.asset_id)
  expect((await wire.answer())?.status).toBe(409)
  const told = await timelineOf(reservation)
  expect(told.attempts).toMatchObject([
    { attempt: 1, state: 'superseded', closed_by: 'server', cure: expect.stringContaining('follows') },
    { attempt: 2, state: 'open', closed_by: null, transport: null, first_byte_at: null },
  ])
  expect(typesOf(told)).toEqual(['asset.created', 'asset.retried'])
  expect(told.events.map(({ attempt }) => attempt)).toEqual([1, 2])
})

test('a tus upload that pauses has so many bytes of so many, and says to send the rest', async () => {
  const file = wavOf(200_000)
  const reservation = await begun(herbarium, file.length)
  expect(await lastOf(reservation)).toMatchObject({
    transport: 'tus',
    first_byte_at: null,
    received_bytes: null,
    total_bytes: file.length,
    closed_by: null,
  })
  await sendPiece(herbarium, reservation, { file, from: 0, end: 80_000 })
  expect(await lastOf(reservation)).toMatchObject({
    state: 'open',
    received_bytes: 80_000,
    total_bytes: file.length,
    closed_by: 'client',
    sha256: null,
    cure: expect.stringContaining('send the rest'),
  })
  await sendPiece(herbarium, reservation, { file, from: 80_000 })
  expect(await lastOf(reservation)).toMatchObject({
    state: 'received',
    received_bytes: file.length,
    total_bytes: file.length,
    sniffed_type: 'audio/wav',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    cure: expect.stringContaining('/complete'),
  })
})

test('a tus request that is cut keeps what came, and one of too many bytes is refused by the service', async () => {
  const file = wavOf(200_000)
  const reservation = await begun(herbarium, file.length)
  const wire = await openWire(herbarium.origin)
  const headers = {
    'tus-resumable': '1.0.0',
    'content-type': 'application/offset+octet-stream',
    'upload-offset': 0,
    'content-length': file.length,
  }
  await wire.write(head(`PATCH ${new URL(reservation.upload_url).pathname}`, headers))
  await wire.write(file.subarray(0, 50_000))
  await until(
    () => lastOf(reservation),
    attempt => attempt?.first_byte_at !== null,
  )
  wire.end()
  const cut = await until(
    () => lastOf(reservation),
    attempt => attempt?.closed_by === 'client',
  )
  expect(cut).toMatchObject({ state: 'open', transport: 'tus' })
  const from = cut?.received_bytes ?? 0
  expect((await sendPiece(herbarium, reservation, { file: Buffer.alloc(250_000), from })).status).toBe(413)
  expect(await lastOf(reservation)).toMatchObject({ closed_by: 'server', state: 'open' })
})

test('an upload that is given up says so', async () => {
  const reservation = await begun(herbarium, 10)
  expect((await tusDelete(herbarium, reservation.upload_url)).status).toBe(204)
  const told = await timelineOf(reservation)
  expect(told.attempts).toMatchObject([{ state: 'cancelled', cure: expect.stringContaining('/retry') }])
  expect(typesOf(told)).toEqual(['asset.created', 'asset.cancelled'])
})

test('refused bytes name the rule they broke and its cure, also after a retry has made the asset ready', async () => {
  const reservation = await reserve(herbarium, { file_name: 'a.png' })
  await putFile(herbarium, reservation, Buffer.from('words'))
  expect(await lastOf(reservation)).toMatchObject({ state: 'received', rule: 'unsupported_type' })
  await completed(herbarium, reservation.asset_id)
  await postFile(herbarium, await retried(herbarium, reservation.asset_id), png)
  await completed(herbarium, reservation.asset_id)
  const told = await timelineOf(reservation)
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
  expect(typesOf(told)).toEqual([
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
  const told = await timelineOf(ready)
  const [attempt] = told.attempts
  expect(attempt).toMatchObject({
    state: 'won',
    transport: 'direct',
    first_byte_at: expect.any(Number),
    last_byte_at: expect.any(Number),
    received_bytes: png.length,
    closed_by: 'client',
  })
  expect(typesOf(told)).toEqual(['asset.created', 'asset.uploaded', 'asset.ready'])
  expect(await lastOf(failed)).toMatchObject({ state: 'failed', rule: 'empty_file', received_bytes: 0 })
})

test('a fetched URL is told with its times and without the URL', async () => {
  const told = await timelineOf(await street.bring('url', png))
  expect(told.attempts).toMatchObject([
    { state: 'won', transport: 'url', received_bytes: png.length, closed_by: 'client', cure: null },
  ])
  const [attempt] = told.attempts
  expect(attempt?.last_byte_at).toBeGreaterThanOrEqual(attempt?.first_byte_at ?? Number.NaN)
  expect(JSON.stringify(told)).not.toContain('example.com')
})

test('a URL that gave nothing has no times, and one that broke off was ended by its other side', async () => {
  const fetched = async (path: string) => {
    const body = {
      source: street.internet.url('files.example.com', path),
      workspace_id: herbarium.workspaceId,
    }
    return (await (await postJson(herbarium, '/assets', body)).json()) as Reservation
  }
  const answer = street.internet.answer
  street.internet.answer = (request, response) => {
    if (request.url === '/gone') response.writeHead(404).end()
    else response.writeHead(200, { 'content-length': 100 }).write('some', () => response.destroy())
  }
  const gone = await lastOf(await fetched('/gone'))
  expect(gone).toMatchObject({ state: 'failed', rule: 'fetch_failed', first_byte_at: null, closed_by: null })
  expect(gone?.message).toContain('404')
  const broken = await lastOf(await fetched('/broken'))
  street.internet.answer = answer
  expect(broken).toMatchObject({ state: 'failed', closed_by: 'client', first_byte_at: expect.any(Number) })
})

test('an upload whose time is over is expired, before and after the sweep has said so', async () => {
  const reservation = await reserve(herbarium)
  street.clock.advance(HOUR_MS + 1)
  expect(await lastOf(reservation)).toMatchObject({ state: 'open', cure: expect.stringContaining('over') })
  street.clock.advance(HOUR_MS) // a form to a bucket may have been on its way until then
  await herbarium.service.sweep()
  const told = await timelineOf(reservation)
  expect(told.attempts).toMatchObject([{ state: 'expired', cure: expect.stringContaining('/retry') }])
  expect(told.events.at(-1)).toMatchObject({ type: 'asset.expired', actor_key_id: null })
})

test('an upload token reads the timeline of its own asset alone', async () => {
  const [own, other] = [await reserve(herbarium), await reserve(herbarium)]
  const holder = herbarium.tenantOf(own.upload.token, herbarium.workspaceId)
  expect(await timelineOf(own, holder)).toEqual(await timelineOf(own))
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
