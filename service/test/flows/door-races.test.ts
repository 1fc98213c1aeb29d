// Uploads side by side at the door: racing on one ticket, slow, large and many.
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn } from '../support/refusal-of.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, formToDoor, post, putFile, until } from '../support/uploads.ts'

const HOUR_MS = 3_600_000

const clock = createTestClock()
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ world: { clock } })
})
afterAll(() => herbarium.close())

interface SlowUpload {
  answer: Promise<Response>
  send(bytes: Uint8Array): Promise<void>
  finish(): Promise<Response>
}

/** A PUT whose body is handed over piece by piece; resolves once the door has begun to write it down. */
async function beginUpload(to: Reservation, first: Uint8Array): Promise<SlowUpload> {
  const before = new Set(await incoming())
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const answer = herbarium.fetch(to.upload_url, { method: 'PUT', body: readable, duplex: 'half' })
  await writer.write(new Uint8Array(first))
  await until(incoming, files => files.some(file => !before.has(file)))
  return {
    answer,
    send: bytes => writer.write(new Uint8Array(bytes)),
    finish: async () => {
      await writer.close()
      return answer
    },
  }
}

const incoming = async () => (await herbarium.files()).filter(file => file.startsWith('incoming'))

async function servedOf(to: Reservation): Promise<Buffer> {
  const { status, url, failure_message } = await completed(herbarium, to.asset_id)
  if (status !== 'ready') throw new Error(`${status}: ${failure_message}`)
  return Buffer.from(await (await herbarium.fetch(url)).arrayBuffer())
}

test('of two uploads on one ticket the newer wins, though the older ends last; both are answered', async () => {
  const [older, newer] = [wavOf(100_000, 1), wavOf(100_000, 2)]
  const files = await herbarium.files()
  const reservation = await reserve(herbarium)
  const slow = await beginUpload(reservation, older.subarray(0, 1000))
  expect((await putFile(herbarium, reservation, newer)).status).toBe(204)
  await slow.send(older.subarray(1000))
  const refusal = await refusalIn(await slow.finish())
  expect(refusal).toMatchObject({ status: 409, code: 'conflict', shouldRetry: 'false' })
  expect(newer.equals(await servedOf(reservation))).toBe(true)
  expect(await herbarium.files()).toHaveLength(files.length + 1)
})

test('of two uploads on one ticket the newer wins, though the older ends first', async () => {
  const [older, newer] = [wavOf(100_000, 1), wavOf(100_000, 2)]
  const reservation = await reserve(herbarium)
  const first = await beginUpload(reservation, older.subarray(0, 1000))
  const second = await beginUpload(reservation, newer.subarray(0, 1000))
  expect((await first.answer).status).toBe(409) // at once, though not all of its bytes were sent
  await second.send(newer.subarray(1000))
  expect((await second.finish()).status).toBe(204)
  expect(newer.equals(await servedOf(reservation))).toBe(true)
})

test('twenty uploads at once on one ticket are all answered, and one of them is whole and served', async () => {
  const bodies = Array.from({ length: 20 }, (_, n) => wavOf(50_000, n))
  const files = await herbarium.files()
  const reservation = await reserve(herbarium)
  const answers = await Promise.all(
    bodies.map((bytes, n) => (n % 2 ? putFile : formToDoor)(herbarium, reservation, bytes)),
  )
  for (const { status } of answers) expect([204, 409]).toContain(status)
  expect(answers.some(({ status }) => status === 204)).toBe(true)
  const served = await servedOf(reservation)
  expect(bodies.filter(bytes => bytes.equals(served))).toHaveLength(1)
  expect(await herbarium.files()).toHaveLength(files.length + 1)
})

test('a new upload that breaks does not spoil the whole bytes that were there before', async () => {
  const good = wavOf(20_000, 5)
  const reservation = await reserve(herbarium)
  expect((await putFile(herbarium, reservation, good)).status).toBe(204)
  const broken = await herbarium.fetch(reservation.upload_url, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: '--x\r\nnonsense',
  })
  expect(broken.status).toBe(400)
  expect(good.equals(await servedOf(reservation))).toBe(true)
})

test('an upload that began in time may take longer than its ticket lasts', async () => {
  const bytes = wavOf(50_000, 6)
  const reservation = await reserve(herbarium)
  const slow = await beginUpload(reservation, bytes.subarray(0, 1000))
  clock.advance(2 * HOUR_MS)
  await slow.send(bytes.subarray(1000, 20_000))
  clock.advance(2 * HOUR_MS)
  await slow.send(bytes.subarray(20_000))
  expect((await slow.finish()).status).toBe(204)
  expect(bytes.equals(await servedOf(reservation))).toBe(true)
})

test('an upload that comes to its end after the asset was retried is refused', async () => {
  const bytes = wavOf(50_000, 7)
  const files = await herbarium.files()
  const reservation = await reserve(herbarium)
  const slow = await beginUpload(reservation, bytes.subarray(0, 1000))
  expect((await post(herbarium, `/assets/${reservation.asset_id}/retry`)).status).toBe(200)
  await slow.send(bytes.subarray(1000))
  expect(await refusalIn(await slow.finish())).toMatchObject({ status: 409, shouldRetry: 'false' })
  expect(await herbarium.files()).toEqual(files)
})

test('a large upload streams on while sixty-four others run at once', async () => {
  const piece = wavOf(1024 * 1024, 8)
  const pieces = 24
  const large = await reserve(herbarium)
  const small = await Promise.all(Array.from({ length: 64 }, () => reserve(herbarium)))
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (let n = 0; n < pieces; n++) {
        controller.enqueue(new Uint8Array(piece))
        await delay(10)
      }
      controller.close()
    },
  })
  const [largeAnswer, ...answers] = await Promise.all([
    herbarium.fetch(large.upload_url, { method: 'PUT', body, duplex: 'half' }),
    ...small.map((to, n) => formToDoor(herbarium, to, wavOf(200_000, n))),
  ])
  expect(largeAnswer?.status).toBe(204)
  expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(204))
  const done = await Promise.all([large, ...small].map(({ asset_id }) => completed(herbarium, asset_id)))
  expect(done.map(({ status }) => status)).toEqual(Array(65).fill('ready'))
  expect(await servedOf(large)).toHaveLength(pieces * piece.length)
})
