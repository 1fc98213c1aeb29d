// What time does: attempts end, abandoned bytes go, and nothing that is alive or ready is touched.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { CLOSED_AFTER_MS } from '../support/test-bytes.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, formToDoor, putFile, retried, stored, until, uploaded } from '../support/uploads.ts'
import { head, openWire } from '../support/wire.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const TTL_SECONDS = 45

const clock = createTestClock()
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({
    world: { clock },
    environment: { UPLOAD_TTL_SECONDS: String(TTL_SECONDS) },
  })
})
afterAll(() => herbarium.close())

/** Each case begins where nothing is left to sweep. */
beforeEach(async () => {
  clock.advance(3 * DAY_MS)
  await herbarium.service.sweep()
  expect(await unpublished()).toEqual([])
})

/** Files that no ready asset has. */
const unpublished = async () => (await herbarium.files()).filter(file => !file.startsWith('media/'))

const passExpiry = () => clock.advance(TTL_SECONDS * SECOND_MS + CLOSED_AFTER_MS + 1)

test('expires_at is as far away as the operator says', async () => {
  const { expires_at } = await reserve(herbarium)
  const away = Date.parse(expires_at) - clock.now()
  expect(away).toBeLessThanOrEqual(TTL_SECONDS * SECOND_MS)
  expect(away).toBeGreaterThan((TTL_SECONDS - 10) * SECOND_MS)
})

test('a sweep closes an open attempt once, after its end and not before', async () => {
  await reserve(herbarium)
  expect(await herbarium.service.sweep()).toEqual({
    assetsDeleted: 0,
    attemptsExpired: 0,
    filesRemoved: 0,
    requestsForgotten: 0,
    eventsForgotten: 0,
    deliveriesForgotten: 0,
    secretsForgotten: 0,
  })
  passExpiry()
  expect(await herbarium.service.sweep()).toEqual({
    assetsDeleted: 0,
    attemptsExpired: 1,
    filesRemoved: 0,
    requestsForgotten: 0,
    eventsForgotten: 0,
    deliveriesForgotten: 0,
    secretsForgotten: 0,
  })
  expect(await herbarium.service.sweep()).toEqual({
    assetsDeleted: 0,
    attemptsExpired: 0,
    filesRemoved: 0,
    requestsForgotten: 0,
    eventsForgotten: 0,
    deliveriesForgotten: 0,
    secretsForgotten: 0,
  })
})

test('afterwards the asset is pending still, the door is shut, and retry opens it again', async () => {
  const reservation = await reserve(herbarium)
  passExpiry()
  await herbarium.service.sweep()
  const png = await sampleBytes('i.png')
  expect(await herbarium.client.assets.retrieve(reservation.asset_id)).toMatchObject({
    status: 'pending_upload',
    failure_message: null,
  })
  expect(await refusalIn(await formToDoor(herbarium, reservation, png))).toMatchObject({ status: 403 })
  const refusal = await refusalOf(herbarium.client.assets.complete(reservation.asset_id))
  expect(refusal).toMatchObject({ status: 409, code: 'conflict', shouldRetry: 'false' })
  expect(refusal.message).toContain('/retry')
  await formToDoor(herbarium, await retried(herbarium, reservation.asset_id), png)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({
    status: 'ready',
    url: reservation.url,
  })
})

test('the door is shut at the very end, whether or not a sweep has come', async () => {
  const reservation = await reserve(herbarium)
  passExpiry()
  const refusal = await refusalIn(await putFile(herbarium, reservation, await sampleBytes('i.png')))
  expect(refusal).toMatchObject({ status: 403, code: 'forbidden' })
  expect(await unpublished()).toEqual([])
})

test('hundreds that end together are closed by one sweep', async () => {
  await Promise.all(Array.from({ length: 130 }, () => reserve(herbarium)))
  passExpiry()
  expect((await herbarium.service.sweep()).attemptsExpired).toBe(130)
})

test('sweeps that run at once close each attempt once between them', async () => {
  await Promise.all(Array.from({ length: 40 }, () => reserve(herbarium)))
  passExpiry()
  const reports = await Promise.all(Array.from({ length: 4 }, () => herbarium.service.sweep()))
  expect(reports.reduce((sum, { attemptsExpired }) => sum + attemptsExpired, 0)).toBe(40)
})

test('whole bytes that nobody completes are kept for a day past the end, and can be completed', async () => {
  const reservation = await uploaded(herbarium)
  clock.advance(TTL_SECONDS * SECOND_MS + DAY_MS - SECOND_MS)
  expect(await herbarium.service.sweep()).toEqual({
    assetsDeleted: 0,
    attemptsExpired: 0,
    filesRemoved: 0,
    requestsForgotten: 0,
    eventsForgotten: 0,
    deliveriesForgotten: 0,
    secretsForgotten: 0,
  })
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('after that day they are removed; the asset can be retried', async () => {
  const reservation = await uploaded(herbarium)
  expect(await unpublished()).toHaveLength(1)
  passExpiry()
  clock.advance(DAY_MS)
  expect((await herbarium.service.sweep()).attemptsExpired).toBe(1)
  expect(await unpublished()).toEqual([])
  const refusal = await refusalOf(herbarium.client.assets.complete(reservation.asset_id))
  expect(refusal).toMatchObject({ status: 409, shouldRetry: 'false' })
  await formToDoor(herbarium, await retried(herbarium, reservation.asset_id), wavOf(1000))
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('an upload under way is not swept away: each byte renews its hold', async () => {
  const bytes = wavOf(100_000, 1)
  const reservation = await reserve(herbarium)
  const wire = await openWire(herbarium.origin)
  const target = new URL(reservation.upload_url).pathname
  await wire.write(head(`PUT ${target}`, { 'content-length': bytes.length }))
  await wire.write(bytes.subarray(0, 1000))
  await until(unpublished, files => files.length === 1)
  for (let n = 1; n <= 4; n++) {
    clock.advance(50 * SECOND_MS)
    expect(await herbarium.service.sweep()).toEqual({
      assetsDeleted: 0,
      attemptsExpired: 0,
      filesRemoved: 0,
      requestsForgotten: 0,
      eventsForgotten: 0,
      deliveriesForgotten: 0,
      secretsForgotten: 0,
    })
    const { version } = await renewal(reservation.asset_id)
    await wire.write(bytes.subarray(n * 1000, (n + 1) * 1000))
    await until(
      () => renewal(reservation.asset_id),
      hold => hold.version > version,
    )
  }
  await wire.write(bytes.subarray(5000))
  expect(await wire.answer()).toMatchObject({ status: 204 })
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

/** When the last byte of the asset's current upload was noted. */
async function renewal(assetId: string): Promise<{ version: number }> {
  const upload = await herbarium.service.records.assets.findUpload(assetId)
  return { version: upload?.attempt.lastByteAt ?? 0 }
}

test('an upload of a few packets that begins shortly before its ticket expires is not swept away either', async () => {
  const bytes = wavOf(5_000, 1)
  const reservation = await reserve(herbarium)
  clock.advance(Date.parse(reservation.expires_at ?? '') - clock.now() - 5 * SECOND_MS)
  const wire = await openWire(herbarium.origin)
  const target = new URL(reservation.upload_url).pathname
  await wire.write(head(`PUT ${target}`, { 'content-length': bytes.length }))
  await wire.write(bytes.subarray(0, 1000))
  await until(unpublished, files => files.length === 1)
  clock.advance(50 * SECOND_MS)
  expect((await herbarium.service.sweep()).attemptsExpired).toBe(0)
  await wire.write(bytes.subarray(1000))
  expect(await wire.answer()).toMatchObject({ status: 204 })
})

test('an upload that falls silent loses its hold in the end, and is refused should it wake', async () => {
  const bytes = wavOf(100_000, 1)
  const reservation = await reserve(herbarium)
  const wire = await openWire(herbarium.origin)
  const target = new URL(reservation.upload_url).pathname
  await wire.write(head(`PUT ${target}`, { 'content-length': bytes.length }))
  await wire.write(bytes.subarray(0, 1000))
  await until(unpublished, files => files.length === 1)
  clock.advance(10 * 60 * SECOND_MS + CLOSED_AFTER_MS)
  expect((await herbarium.service.sweep()).attemptsExpired).toBe(1)
  await wire.write(bytes.subarray(1000))
  expect((await wire.answer())?.status).toBe(409)
  await until(unpublished, files => files.length === 0)
  expect((await retried(herbarium, reservation.asset_id)).status).toBe('pending_upload')
})

test('bytes that wait for their completion are not taken for leftovers', async () => {
  const reservation = await uploaded(herbarium)
  clock.advance(2 * HOUR_MS)
  expect((await herbarium.service.sweep()).filesRemoved).toBe(0)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('what is ready outlives every sweep', async () => {
  const png = await sampleBytes('i.png')
  const direct = await stored(herbarium)
  const signed = await completed(herbarium, (await uploaded(herbarium)).asset_id)
  clock.advance(400 * DAY_MS)
  expect(await herbarium.service.sweep()).toMatchObject({ attemptsExpired: 0, filesRemoved: 0 })
  for (const { url } of [direct, signed])
    expect(png.equals(Buffer.from(await (await herbarium.fetch(url)).arrayBuffer()))).toBe(true)
})
