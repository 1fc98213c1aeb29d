// Uploads that end before they are whole, as the timeline tells them: who ended the connection, and what to do.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filePart, formType, rawForm } from '../support/raw-form.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { eventTypesIn, lastAttemptOf, timelineOf } from '../support/timeline.ts'
import { begun, sendPiece } from '../support/tus.ts'
import { formToDoor, putFile, retried, until } from '../support/uploads.ts'
import { head, openWire, type Wire } from '../support/wire.ts'

const MAX_BYTES = 300_000

let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  herbarium = await startService({ environment: { MAX_UPLOAD_BYTES: String(MAX_BYTES) } })
  png = await sampleBytes('i.png')
})
afterAll(() => herbarium.close())

/** Longer than what is held in memory until all of it is there. */
const long = Buffer.alloc(100_000, 7)

const lastOf = (to: { asset_id: string }) => lastAttemptOf(herbarium, to)

/** Announces all of the body and sends half of it. */
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
    attempt => attempt.transport !== null,
  )

const closedAttempt = (to: Reservation) =>
  until(
    () => lastOf(to),
    attempt => attempt.closed_by !== null,
  )

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
  expect(attempt.first_byte_at).toBeGreaterThanOrEqual(attempt.signed_at)
  expect(attempt.last_byte_at).toBeGreaterThanOrEqual(attempt.first_byte_at ?? Number.NaN)
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
  const told = await timelineOf(herbarium, reservation)
  expect(told.attempts).toMatchObject([
    { attempt: 1, state: 'superseded', closed_by: 'server', cure: expect.stringContaining('follows') },
    { attempt: 2, state: 'open', closed_by: null, transport: null, first_byte_at: null },
  ])
  expect(eventTypesIn(told)).toEqual(['asset.created', 'asset.retried'])
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
    attempt => attempt.first_byte_at !== null,
  )
  wire.end()
  const cut = await until(
    () => lastOf(reservation),
    attempt => attempt.closed_by === 'client',
  )
  expect(cut).toMatchObject({ state: 'open', transport: 'tus' })
  const from = cut.received_bytes ?? 0
  expect((await sendPiece(herbarium, reservation, { file: Buffer.alloc(250_000), from })).status).toBe(413)
  expect(await lastOf(reservation)).toMatchObject({ closed_by: 'server', state: 'open' })
})
