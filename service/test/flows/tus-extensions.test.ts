// What tus calls extensions: checksums, termination, expiration; and its version.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refusalIn } from '../support/refusal-of.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { CLOSED_AFTER_MS } from '../support/test-bytes.ts'
import { createTestClock } from '../support/test-clock.ts'
import { begun, checksumOf, expectServed, offsetOf, sendPiece, tusDelete, tusHead } from '../support/tus.ts'
import { putFile, retried } from '../support/uploads.ts'

const clock = createTestClock()
const wav = Buffer.from(wavOf(300_000, 1))
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ world: { clock } })
})
afterAll(() => herbarium.close())

const begin = (bytes = wav.length) => begun(herbarium, bytes)
const send = (to: Reservation, from: number, end?: number, headers?: Record<string, string>) =>
  sendPiece(herbarium, to, { file: wav, from, ...(end === undefined ? {} : { end }), headers })
const expectReady = (to: Reservation, file: Buffer = wav) => expectServed(herbarium, to, file)

describe('A checksum', () => {
  test.each(['sha1', 'sha256', 'md5'])('by %s lets right bytes count', async algorithm => {
    const reservation = await begin()
    const headers = { 'upload-checksum': checksumOf(algorithm, wav) }
    expect((await send(reservation, 0, wav.length, headers)).status).toBe(204)
    await expectReady(reservation)
  })

  test('that is wrong makes 460 of all bytes of its request, and of no others', async () => {
    const reservation = await begin()
    await send(reservation, 0, 1000)
    const wrong = { 'upload-checksum': checksumOf('sha256', Buffer.from('other')) }
    expect((await send(reservation, 1000, 9000, wrong)).status).toBe(460)
    expect(await offsetOf(herbarium, reservation.upload_url)).toBe(1000)
    const right = { 'upload-checksum': checksumOf('sha256', wav.subarray(1000)) }
    expect((await send(reservation, 1000, wav.length, right)).status).toBe(204)
    await expectReady(reservation)
  })

  test('of the last request keeps an upload from being whole while it is wrong', async () => {
    const reservation = await begin()
    const wrong = { 'upload-checksum': checksumOf('sha1', Buffer.from('other')) }
    expect((await send(reservation, 0, wav.length, wrong)).status).toBe(460)
    expect(await offsetOf(herbarium, reservation.upload_url)).toBe(0)
    await send(reservation, 0)
    await expectReady(reservation)
  })

  test('by an algorithm we do not have is 400', async () => {
    const reservation = await begin()
    const refusal = await refusalIn(await send(reservation, 0, 10, { 'upload-checksum': 'crc32 AAAA' }))
    expect(refusal).toMatchObject({ status: 400, fields: ['upload-checksum'] })
    expect(await offsetOf(herbarium, reservation.upload_url)).toBe(0)
  })
})

describe('Termination', () => {
  test('removes the bytes and kills the ticket; the asset can be retried', async () => {
    const reservation = await begin()
    await send(reservation, 0, 1000)
    const files = await herbarium.files()
    expect((await tusDelete(herbarium, reservation.upload_url)).status).toBe(204)
    expect(await herbarium.files()).toHaveLength(files.length - 1)
    for (const answer of [
      await tusHead(herbarium, reservation.upload_url),
      await send(reservation, 1000),
      await putFile(herbarium, reservation, wav),
      await tusDelete(herbarium, reservation.upload_url),
    ])
      expect(answer.status).toBe(403)
    const again = await retried(herbarium, reservation.asset_id)
    expect(await offsetOf(herbarium, again.upload_url)).toBe(0)
    await putFile(herbarium, again, wav)
    await expectReady(reservation)
  })

  test('of an upload that is ready changes nothing', async () => {
    const reservation = await begin()
    await send(reservation, 0)
    await expectReady(reservation)
    expect((await tusDelete(herbarium, reservation.upload_url)).status).toBe(403)
    await expectReady(reservation)
  })
})

describe('Expiration', () => {
  test('is told, and put off by every request that brings bytes', async () => {
    const reservation = await begin()
    for (let at = 0; at < 5; at++) {
      clock.advance(50 * 60_000)
      const answer = await send(reservation, at * 1000, (at + 1) * 1000)
      expect(answer.status).toBe(204)
      expect(new Date(answer.headers.get('upload-expires') ?? '').getTime()).toBeGreaterThan(
        clock.now() + 59 * 60_000,
      )
      await herbarium.service.sweep()
    }
    await send(reservation, 5000)
    await expectReady(reservation)
  })

  test('ends an upload that nobody goes on with, and its bytes with it', async () => {
    const reservation = await begin()
    await send(reservation, 0, 1000)
    const files = await herbarium.files()
    clock.advance(61 * 60_000 + CLOSED_AFTER_MS)
    expect((await tusHead(herbarium, reservation.upload_url)).status).toBe(403)
    await herbarium.service.sweep()
    expect(await herbarium.files()).toHaveLength(files.length - 1)
  })
})

describe('The version', () => {
  test.each(['HEAD', 'PATCH', 'DELETE'])(
    'must be named by %s: else 412 with the one we speak',
    async method => {
      const { upload_url } = await reserve(herbarium)
      for (const headers of [{}, { 'tus-resumable': '0.2.2' }]) {
        const answer = await herbarium.fetch(upload_url, {
          method,
          headers: headers as Record<string, string>,
        })
        expect(answer.status).toBe(412)
        expect(answer.headers.get('tus-version')).toBe('1.0.0')
      }
    },
  )
})
