// The upload door's raw PUT, connections that lie or break, and the cap: whole or not at all.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filePart, formType, rawForm } from '../support/raw-form.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { completed, formToDoor, putFile, until } from '../support/uploads.ts'
import { chunk, head, openWire, speak } from '../support/wire.ts'

const MAX_BYTES = 300_000

let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  herbarium = await startService({ environment: { MAX_UPLOAD_BYTES: String(MAX_BYTES) } })
  png = await sampleBytes('i.png')
})
afterAll(() => herbarium.close())

const target = ({ upload_url }: Reservation) => new URL(upload_url).pathname

async function servedOf(to: Reservation): Promise<Buffer> {
  const { status, url, failure_message } = await completed(herbarium, to.asset_id)
  if (status !== 'ready') throw new Error(`${status}: ${failure_message}`)
  return Buffer.from(await (await herbarium.fetch(url)).arrayBuffer())
}

/** Nothing of a broken upload stays, and the same ticket still brings whole bytes. */
async function expectStillOpen(reservation: Reservation, filesBefore: string[]): Promise<void> {
  await until(
    () => herbarium.files(),
    files => files.length === filesBefore.length,
  )
  expect(await herbarium.files()).toEqual(filesBefore)
  expect(await herbarium.client.assets.retrieve(reservation.asset_id)).toMatchObject({
    status: 'pending_upload',
  })
  expect((await putFile(herbarium, reservation, png)).status).toBe(204)
  expect(png.equals(await servedOf(reservation))).toBe(true)
}

test.each([undefined, 'image/png', 'text/html', 'application/json', 'multipart/form-data', 'x/y; a=b'])(
  'a raw PUT under the type %s stores the bytes as they are',
  async contentType => {
    const reservation = await reserve(herbarium)
    const response = await herbarium.fetch(reservation.upload_url, {
      method: 'PUT',
      body: new Uint8Array(png),
      ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
    })
    expect(response.status).toBe(204)
    expect(png.equals(await servedOf(reservation))).toBe(true)
  },
)

/** Longer than what is held in memory until all of it is there. */
const long = Buffer.alloc(100_000, 7)

test('a type that is none is refused by its name, on a PUT too', async () => {
  const reservation = await reserve(herbarium)
  const headers = { 'content-type': 'nonsense' }
  const response = await herbarium.fetch(reservation.upload_url, { method: 'PUT', headers, body: 'x' })
  expect(await refusalIn(response)).toMatchObject({ status: 400, fields: ['content-type'] })
})

test('a PUT in chunked coding with tiny chunks arrives exact', async () => {
  const bytes = wavOf(2000, 3)
  const reservation = await reserve(herbarium)
  const wire = await openWire(herbarium.origin)
  await wire.write(head(`PUT ${target(reservation)}`, { 'transfer-encoding': 'chunked' }))
  for (let at = 0; at < bytes.length; at += 3) await wire.write(chunk(bytes.subarray(at, at + 3)))
  await wire.write(chunk(''))
  expect(await wire.answer()).toMatchObject({ status: 204 })
  expect(bytes.equals(await servedOf(reservation))).toBe(true)
})

test('a client that expects 100-continue is told to go on', async () => {
  const reservation = await reserve(herbarium)
  const wire = await openWire(herbarium.origin)
  await wire.write(
    head(`PUT ${target(reservation)}`, { 'content-length': png.length, expect: '100-continue' }),
  )
  await wire.write(png)
  expect(await wire.answer()).toMatchObject({ status: 204 })
  expect(png.equals(await servedOf(reservation))).toBe(true)
})

test('an empty PUT is taken, and fails when it is completed', async () => {
  const reservation = await reserve(herbarium)
  expect((await putFile(herbarium, reservation, Buffer.alloc(0))).status).toBe(204)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({
    status: 'failed',
    failure_message: expect.stringContaining('empty'),
  })
})

test.each([
  ['PUT', 'raw bytes', () => long, undefined],
  ['POST', 'a form', () => rawForm([filePart(long)]), formType()],
])('a %s of %s that is cut leaves no file and the attempt open', async (method, _what, body, contentType) => {
  const reservation = await reserve(herbarium)
  const before = await herbarium.files()
  const wire = await openWire(herbarium.origin)
  const headers = { 'content-length': body().length, ...(contentType ? { 'content-type': contentType } : {}) }
  await wire.write(head(`${method} ${target(reservation)}`, headers))
  await wire.write(body().subarray(0, 10_000))
  await until(
    () => herbarium.files(),
    files => files.length > before.length,
  )
  wire.cut()
  await expectStillOpen(reservation, before)
})

test('a body shorter than its content length, then closed, is not an upload', async () => {
  const reservation = await reserve(herbarium)
  const before = await herbarium.files()
  const wire = await openWire(herbarium.origin)
  await wire.write(head(`PUT ${target(reservation)}`, { 'content-length': png.length + 1 }))
  await wire.write(png)
  wire.end()
  expect((await wire.answer())?.status ?? 400).toBe(400)
  await expectStillOpen(reservation, before)
})

test('a chunked body without its end, then closed, is not an upload', async () => {
  const reservation = await reserve(herbarium)
  const before = await herbarium.files()
  const wire = await openWire(herbarium.origin)
  await wire.write(head(`PUT ${target(reservation)}`, { 'transfer-encoding': 'chunked' }))
  await wire.write(chunk(png))
  wire.end()
  expect((await wire.answer())?.status ?? 400).toBe(400)
  await expectStillOpen(reservation, before)
})

test('a malformed chunk is refused and leaves nothing', async () => {
  const reservation = await reserve(herbarium)
  const before = await herbarium.files()
  const answer = await speak(
    herbarium.origin,
    head(`PUT ${target(reservation)}`, { 'transfer-encoding': 'chunked' }),
    chunk(png),
    'zz\r\nnonsense\r\n',
  )
  expect(answer?.status).toBe(400)
  await expectStillOpen(reservation, before)
})

test('bytes beyond the content length belong to another request, which is refused', async () => {
  const reservation = await reserve(herbarium)
  const answer = await speak(
    herbarium.origin,
    head(`PUT ${target(reservation)}`, { 'content-length': png.length }),
    Buffer.concat([png, Buffer.from('and more\r\n\r\n')]),
  )
  expect([204, 400]).toContain(answer?.status)
  if (answer?.status === 400) await putFile(herbarium, reservation, png)
  expect(png.equals(await servedOf(reservation))).toBe(true)
})

test('a file of exactly MAX_UPLOAD_BYTES is taken, raw and as a form', async () => {
  for (const send of [putFile, formToDoor]) {
    const reservation = await reserve(herbarium)
    expect((await send(herbarium, reservation, wavOf(MAX_BYTES))).status).toBe(204)
    expect(await servedOf(reservation)).toHaveLength(MAX_BYTES)
  }
})

const streamOf = (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes]).stream()

const oversize = new Uint8Array(MAX_BYTES + 1)

test.each([
  ['raw and announced', 'PUT', { body: oversize }],
  ['raw and unannounced', 'PUT', { body: streamOf(oversize), duplex: 'half' }],
  ['a form and announced', 'POST', { body: rawForm([filePart(oversize)]) }],
  ['a form and unannounced', 'POST', { body: streamOf(rawForm([filePart(oversize)])), duplex: 'half' }],
  ['a form and far above', 'POST', { body: rawForm([filePart(new Uint8Array(20 * MAX_BYTES))]) }],
  [
    'raw and far above, unannounced',
    'PUT',
    { body: streamOf(new Uint8Array(20 * MAX_BYTES)), duplex: 'half' },
  ],
] satisfies [string, string, RequestInit][])(
  'one byte too many, %s, is refused with 413, leaves nothing and the ticket open',
  async (_what, method, init) => {
    const reservation = await reserve(herbarium)
    const before = await herbarium.files()
    const headers = method === 'POST' ? { 'content-type': formType() } : {}
    const refusal = await refusalIn(
      await herbarium.fetch(reservation.upload_url, { method, headers, ...init }),
    )
    expect(refusal).toMatchObject({ status: 413, code: 'payload_too_large', shouldRetry: 'false' })
    expect(refusal.message).toContain(String(MAX_BYTES))
    await expectStillOpen(reservation, before)
  },
)

test('an announced flood is refused before a byte of it is read', async () => {
  const reservation = await reserve(herbarium)
  const answer = await speak(
    herbarium.origin,
    head(`PUT ${target(reservation)}`, { 'content-length': 10 ** 15 }),
    'x'.repeat(1000),
  )
  expect(answer?.status).toBe(413)
  expect(answer?.headers.get('request-id')).toMatch(/^req_/)
})

test('file_size lowers the cap of this upload', async () => {
  const reservation = await reserve(herbarium, { file_size: png.length })
  const more = Buffer.concat([png, Buffer.from('x')])
  expect(await refusalIn(await putFile(herbarium, reservation, more))).toMatchObject({ status: 413 })
  expect(await refusalIn(await formToDoor(herbarium, reservation, more))).toMatchObject({ status: 413 })
  expect((await formToDoor(herbarium, reservation, png)).status).toBe(204)
})
