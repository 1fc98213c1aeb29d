// The upload door speaks tus 1.0.0 (https://tus.io/protocols/resumable-upload), method by method.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refusalIn } from '../support/refusal-of.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { begun, expectServed, offsetOf, sendPiece, tusHead, tusPatch, tusPost } from '../support/tus.ts'
import { post, putFile } from '../support/uploads.ts'

const wav = Buffer.from(wavOf(300_000, 1))
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

const begin = (bytes = wav.length) => begun(herbarium, bytes)
const send = (to: Reservation, from: number, end?: number, headers?: Record<string, string>) =>
  sendPiece(herbarium, to, { file: wav, from, ...(end === undefined ? {} : { end }), headers })
const expectReady = (to: Reservation, file: Buffer = wav) => expectServed(herbarium, to, file)

test('a reservation says where and how an upload can be resumed', async () => {
  const { upload, upload_url } = await reserve(herbarium)
  expect(upload.resumable).toEqual({ protocol: 'tus', url: upload_url })
})

test('OPTIONS tells version, extensions, checksums and the largest upload, without asking for a version', async () => {
  const { upload_url } = await reserve(herbarium)
  const answer = await herbarium.fetch(upload_url, { method: 'OPTIONS' })
  expect(answer.status).toBe(204)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'tus-version': '1.0.0',
    'tus-extension': 'creation,creation-defer-length,creation-with-upload,checksum,termination,expiration',
    'tus-checksum-algorithm': 'sha1,sha256,md5',
    'tus-max-size': String(5 * 1024 ** 3),
    'access-control-allow-methods': expect.stringContaining('PATCH'),
    'access-control-expose-headers': expect.stringContaining('upload-offset'),
  })
})

describe('Creation', () => {
  test('answers 201 with the same URL, and the upload is at its first byte', async () => {
    const { upload_url } = await reserve(herbarium)
    const answer = await tusPost(herbarium, upload_url, { 'upload-length': '1000' })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe(upload_url)
    expect(answer.headers.get('tus-resumable')).toBe('1.0.0')
    const head = await tusHead(herbarium, upload_url)
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'upload-offset': '0',
      'upload-length': '1000',
      'cache-control': 'no-store',
    })
  })

  test('may leave the length open until a PATCH says it', async () => {
    const reservation = await reserve(herbarium)
    const answer = await tusPost(herbarium, reservation.upload_url, { 'upload-defer-length': '1' })
    expect(answer.status).toBe(201)
    expect((await send(reservation, 0, 1000)).status).toBe(204)
    const head = await tusHead(herbarium, reservation.upload_url)
    expect(head.headers.get('upload-defer-length')).toBe('1')
    expect(head.headers.get('upload-length')).toBeNull()
    const last = await send(reservation, 1000, wav.length, { 'upload-length': String(wav.length) })
    expect(last.status).toBe(204)
    await expectReady(reservation)
  })

  test('may bring bytes of its own', async () => {
    const reservation = await reserve(herbarium)
    const answer = await tusPost(
      herbarium,
      reservation.upload_url,
      { 'upload-length': String(wav.length), 'content-type': 'application/offset+octet-stream' },
      wav.subarray(0, 5000),
    )
    expect(answer.status).toBe(201)
    expect(answer.headers.get('upload-offset')).toBe('5000')
    expect((await send(reservation, 5000)).status).toBe(204)
    await expectReady(reservation)
  })

  test('of an empty file is whole at once, and refused by the gate', async () => {
    const reservation = await begin(0)
    const completed = await post(herbarium, `/assets/${reservation.asset_id}/complete`)
    expect(await completed.json()).toMatchObject({
      status: 'failed',
      failure_message: expect.stringMatching(/empty/),
    })
  })

  test('again starts over: what had arrived is dropped', async () => {
    const reservation = await begin()
    await send(reservation, 0, 1000)
    const files = await herbarium.files()
    await tusPost(herbarium, reservation.upload_url, { 'upload-length': String(wav.length) })
    expect(await offsetOf(herbarium, reservation.upload_url)).toBe(0)
    expect(await herbarium.files()).toHaveLength(files.length - 1)
    await send(reservation, 0)
    await expectReady(reservation)
  })

  test.each([
    ['neither length nor its deferral', {}, 'upload-length'],
    ['both of them', { 'upload-length': '1', 'upload-defer-length': '1' }, 'upload-length'],
    ['a length that is no number', { 'upload-length': '-1' }, 'upload-length'],
    ['a deferral other than 1', { 'upload-defer-length': '2' }, 'upload-defer-length'],
  ])('with %s is refused by the name of the header', async (_, headers, field) => {
    const { upload_url } = await reserve(herbarium)
    expect(await refusalIn(await tusPost(herbarium, upload_url, headers))).toMatchObject({
      status: 400,
      fields: [field],
    })
  })

  test('of more than the upload may have is 413, of another length than was reserved 400', async () => {
    const { upload_url } = await reserve(herbarium)
    const tooLong = await tusPost(herbarium, upload_url, { 'upload-length': String(6 * 1024 ** 3) })
    expect(tooLong.status).toBe(413)
    const promised = await reserve(herbarium, { file_size: 500 })
    const other = await tusPost(herbarium, promised.upload_url, { 'upload-length': '499' })
    expect(await refusalIn(other)).toMatchObject({ status: 400, fields: ['upload-length'] })
  })
})

describe('Bytes', () => {
  test('come in any number of requests and make one whole file', async () => {
    const reservation = await begin()
    for (let at = 0; at < wav.length; at += 50_000) {
      const answer = await send(reservation, at, Math.min(at + 50_000, wav.length))
      expect(answer.status).toBe(204)
      expect(answer.headers.get('upload-offset')).toBe(String(Math.min(at + 50_000, wav.length)))
    }
    await expectReady(reservation)
    const row = await herbarium.service.records.assets.find(reservation.asset_id)
    expect(row).toMatchObject({ sha256: createHash('sha256').update(wav).digest('hex') })
  })

  test('need no creation where the reservation said how many there will be', async () => {
    const reservation = await reserve(herbarium, { file_size: wav.length })
    const head = await tusHead(herbarium, reservation.upload_url)
    expect(head.headers.get('upload-length')).toBe(String(wav.length))
    await send(reservation, 0, 10)
    await send(reservation, 10)
    await expectReady(reservation)
  })

  test('at any other offset than the upload is at are 409, and change nothing', async () => {
    const reservation = await begin()
    await send(reservation, 0, 1000)
    for (const offset of [0, 999, 1001, wav.length])
      expect((await send(reservation, offset)).status).toBe(409)
    expect(await offsetOf(herbarium, reservation.upload_url)).toBe(1000)
    await send(reservation, 1000)
    await expectReady(reservation)
  })

  test('of another content type are 415, without an offset 400', async () => {
    const { upload_url } = await begin()
    const typed = await tusPatch(herbarium, upload_url, {
      offset: 0,
      bytes: wav,
      headers: { 'content-type': 'audio/wav' },
    })
    expect(typed.status).toBe(415)
    const unplaced = await herbarium.fetch(upload_url, {
      method: 'PATCH',
      headers: { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' },
      body: 'x',
    })
    expect(await refusalIn(unplaced)).toMatchObject({ status: 400, fields: ['upload-offset'] })
  })

  test('beyond the length are 413, and the upload can still be finished', async () => {
    const reservation = await begin()
    await send(reservation, 0, 1000)
    const more = Buffer.concat([wav.subarray(1000), Buffer.from('x')])
    const answer = await tusPatch(herbarium, reservation.upload_url, { offset: 1000, bytes: more })
    expect(answer.status).toBe(413)
    const offset = await offsetOf(herbarium, reservation.upload_url)
    await send(reservation, offset)
    await expectReady(reservation)
  })

  test('may come by POST where a client cannot send PATCH', async () => {
    const reservation = await begin()
    const answer = await tusPost(
      herbarium,
      reservation.upload_url,
      {
        'x-http-method-override': 'PATCH',
        'content-type': 'application/offset+octet-stream',
        'upload-offset': '0',
      },
      wav,
    )
    expect(answer.status).toBe(204)
    await expectReady(reservation)
  })

  test('that are all there need nothing more: HEAD says so, and a PATCH is 409', async () => {
    const reservation = await begin()
    await send(reservation, 0)
    expect(await offsetOf(herbarium, reservation.upload_url)).toBe(wav.length)
    const more = await tusPatch(herbarium, reservation.upload_url, {
      offset: wav.length,
      bytes: Buffer.alloc(0),
    })
    expect(more.status).toBe(409)
    await expectReady(reservation)
  })

  test('may all come raw instead: a PUT makes an upload whole that tus had begun', async () => {
    const reservation = await begin()
    await send(reservation, 0, 1000)
    const png = await sampleBytes('i.png')
    expect((await putFile(herbarium, reservation, png)).status).toBe(204)
    await expectReady(reservation, png)
    expect((await herbarium.files()).filter(file => file.startsWith('incoming'))).toEqual([])
  })

  test('that have not all arrived cannot be completed, and complete says how many are missing', async () => {
    const reservation = await begin()
    await send(reservation, 0, 1000)
    const refusal = await refusalIn(await post(herbarium, `/assets/${reservation.asset_id}/complete`))
    expect(refusal).toMatchObject({ status: 409, message: expect.stringContaining('1000 of') })
  })
})
