// The upload door's form: bit-exact success or a 4xx that leaves nothing behind.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BOUNDARY, fieldPart, filePart, formType, type RawPart, rawForm } from '../support/raw-form.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { formWith, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { completed, putFile } from '../support/uploads.ts'
import { chunk, head, openWire } from '../support/wire.ts'

let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  herbarium = await startService()
  png = await sampleBytes('i.png')
})
afterAll(() => herbarium.close())

const send = (to: Reservation, body: Uint8Array<ArrayBuffer> | string, contentType = formType()) =>
  herbarium.fetch(to.upload_url, { method: 'POST', headers: { 'content-type': contentType }, body })

/** The bytes that are served once the upload is completed. */
async function servedOf(to: Reservation): Promise<Buffer> {
  const { status, url, failure_message } = await completed(herbarium, to.asset_id)
  if (status !== 'ready') throw new Error(`${status}: ${failure_message}`)
  return Buffer.from(await (await herbarium.fetch(url)).arrayBuffer())
}

test('a form answers 204 with a request-id and stores the bytes as they are', async () => {
  const reservation = await reserve(herbarium)
  const response = await herbarium.fetch(reservation.upload_url, {
    method: 'POST',
    body: formWith(new Uint8Array(png)),
  })
  expect(response.status).toBe(204)
  expect(response.headers.get('request-id')).toMatch(/^req_/)
  expect(png.equals(await servedOf(reservation))).toBe(true)
})

test.each([
  ['plain', 'frontier', 'multipart/form-data; boundary=frontier'],
  ['quoted', 'frontier', 'multipart/form-data; boundary="frontier"'],
  ['quoted with special characters', "a'()+_,-./:=? z", `multipart/form-data; boundary="a'()+_,-./:=? z"`],
  ['under another case and order', 'frontier', 'Multipart/Form-Data; charset=utf-8; BOUNDARY=frontier'],
  ['of 70 characters', 'b'.repeat(70), `multipart/form-data; boundary=${'b'.repeat(70)}`],
  ['of one character', 'x', 'multipart/form-data; boundary=x'],
])('a boundary that is %s works', async (_what, boundary, contentType) => {
  const reservation = await reserve(herbarium)
  expect((await send(reservation, rawForm([filePart(png)], boundary), contentType)).status).toBe(204)
  expect(png.equals(await servedOf(reservation))).toBe(true)
})

test.each([
  ['fields before the file', () => [fieldPart('key', 'a'), fieldPart('policy', 'b'), filePart(png)]],
  ['fields after the file', () => [filePart(png), fieldPart('key', 'a')]],
  ['the same field twice', () => [fieldPart('key', 'a'), fieldPart('key', 'b'), filePart(png)]],
  ['fields of hostile names', () => [fieldPart('__proto__', 'x'), fieldPart('a[b][c]', 'y'), filePart(png)]],
  ['a hostile file name', () => [filePart(png, 'name="file"; filename="../../etc/passwd"')]],
  ['no file name', () => [filePart(png, 'name="file"')]],
  ['an empty file name', () => [filePart(png, 'name="file"; filename=""')]],
  ['a file name in RFC 8187', () => [filePart(png, `name="file"; filename*=UTF-8''%e2%82%ac.png`)]],
  ['an unquoted field name', () => [filePart(png, 'name=file; filename=a')]],
  ['a lying type', () => [{ ...filePart(png), headers: ['Content-Type: text/html'] }]],
  ['a content length in the part', () => [{ ...filePart(png), headers: [`Content-Length: ${png.length}`] }]],
] satisfies [string, () => RawPart[]][])('%s changes nothing about the bytes', async (_what, parts) => {
  const reservation = await reserve(herbarium)
  expect((await send(reservation, rawForm(parts()))).status).toBe(204)
  expect(png.equals(await servedOf(reservation))).toBe(true)
})

test('a preamble and an epilogue are passed over', async () => {
  const reservation = await reserve(herbarium)
  const body = Buffer.concat([Buffer.from('hello\r\n'), rawForm([filePart(png)]), Buffer.from('bye\r\n')])
  expect((await send(reservation, body)).status).toBe(204)
  expect(png.equals(await servedOf(reservation))).toBe(true)
})

test('whatever looks like the boundary inside the file is file', async () => {
  const lookalikes = [
    `\r\n--${BOUNDARY}x`,
    `\r\n--${BOUNDARY} \t x`,
    `\n--${BOUNDARY}--\r\n`,
    `--${BOUNDARY}--`,
    `\r\n--${BOUNDARY.slice(0, -1)}`,
    `\r\n--${BOUNDARY.toUpperCase()}--\r\n`,
    '\r\n\r\n--',
    '\r'.repeat(99),
    `\r\n-${BOUNDARY}`,
  ]
  const bytes = Buffer.concat([wavOf(4096), ...lookalikes.map(text => Buffer.from(`${text}, and on`))])
  const reservation = await reserve(herbarium)
  expect((await send(reservation, rawForm([filePart(bytes)]))).status).toBe(204)
  expect(bytes.equals(await servedOf(reservation))).toBe(true)
})

test('a form in chunks of seven bytes arrives bit by bit and exact', async () => {
  const bytes = wavOf(5000, 7)
  const reservation = await reserve(herbarium)
  const form = rawForm([fieldPart('key', 'v'), filePart(bytes)])
  const wire = await openWire(herbarium.origin)
  const target = new URL(reservation.upload_url).pathname
  await wire.write(head(`POST ${target}`, { 'content-type': formType(), 'transfer-encoding': 'chunked' }))
  for (let at = 0; at < form.length; at += 7) await wire.write(chunk(form.subarray(at, at + 7)))
  await wire.write(chunk(''))
  expect(await wire.answer()).toMatchObject({ status: 204 })
  expect(bytes.equals(await servedOf(reservation))).toBe(true)
})

const manyHeaders = (count: number, value = 'v') =>
  Array.from({ length: count }, (_, n) => `X-Header-${n}: ${value}`)

test.each([
  ['no type', () => '', 'content-type'],
  ['JSON', () => 'application/json', 'content-type'],
  ['urlencoded', () => 'application/x-www-form-urlencoded', 'content-type'],
  ['another multipart', () => 'multipart/mixed; boundary=frontier', 'content-type'],
  ['no boundary', () => 'multipart/form-data', 'content-type'],
  ['an empty boundary', () => 'multipart/form-data; boundary=', 'content-type'],
  ['two boundaries', () => 'multipart/form-data; boundary=frontier; boundary=other', 'content-type'],
  ['a boundary of 71 characters', () => `multipart/form-data; boundary=${'b'.repeat(71)}`, 'content-type'],
  ['a boundary of 4 KB', () => `multipart/form-data; boundary=${'b'.repeat(4096)}`, 'content-type'],
  ['a boundary ending in a blank', () => 'multipart/form-data; boundary="frontier "', 'content-type'],
])('%s as content type of a form is refused', async (_what, contentType, field) => {
  const reservation = await reserve(herbarium)
  const refusal = await refusalIn(await send(reservation, rawForm([filePart(png)]), contentType()))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: [field] })
})

const withoutEnd = (form: Buffer<ArrayBuffer>) => form.subarray(0, form.length - `--${BOUNDARY}--\r\n`.length)

test.each([
  ['nothing at all', () => Buffer.from('')],
  ['no part', () => rawForm([])],
  ['only fields', () => rawForm([fieldPart('key', 'v')])],
  ['two files', () => rawForm([filePart(png), filePart(png)])],
  ['the file under another field', () => rawForm([filePart(png, 'name="upload"; filename="a"')])],
  ['the field name in another case', () => rawForm([filePart(png, 'name="File"; filename="a"')])],
  ['another boundary than announced', () => rawForm([filePart(png)], 'elsewhere')],
  ['no closing boundary', () => withoutEnd(rawForm([filePart(png)]))],
  ['half of its bytes', () => rawForm([filePart(png)]).subarray(0, png.length / 2)],
  ['a part without a name', () => rawForm([filePart(png, 'filename="a"')])],
  ['two names', () => rawForm([filePart(png, 'name="file"; name="key"; filename="a"')])],
  ['base64 as transfer encoding', () => encoded('base64')],
  ['a folded part header', () => rawForm([{ ...filePart(png), headers: ['X-A: b', ' c'] }])],
  ['a part header without a colon', () => rawForm([{ ...filePart(png), headers: ['nonsense'] }])],
  [
    'a part header of 256 KB',
    () => rawForm([{ ...filePart(png), headers: manyHeaders(1, 'x'.repeat(262_144)) }]),
  ],
  ['5,000 part headers', () => rawForm([{ ...filePart(png), headers: manyHeaders(5000) }])],
  ['a field of 64 KB', () => rawForm([fieldPart('key', 'x'.repeat(65_536)), filePart(png)])],
  ['100,000 parts', () => rawForm([...Array(100_000).fill(fieldPart('k', 'v')), filePart(png)])],
  ['random bytes', () => Buffer.alloc(100_000, 0x5a)],
] satisfies [string, () => Buffer<ArrayBuffer>][])(
  'a form with %s is refused, leaves nothing and the ticket open',
  async (_what, form) => {
    const reservation = await reserve(herbarium)
    const before = await herbarium.files()
    const refusal = await refusalIn(await send(reservation, form()))
    expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error' })
    expect(refusal.fields).toHaveLength(1)
    expect(await herbarium.files()).toEqual(before)
    expect((await putFile(herbarium, reservation, png)).status).toBe(204)
    expect(png.equals(await servedOf(reservation))).toBe(true)
  },
)

const encoded = (encoding: string) =>
  rawForm([{ ...filePart(png), headers: [`Content-Transfer-Encoding: ${encoding}`] }])
