// Uploads that break off and go on: after a cut, beside a dead connection, over a restart, into a retry.
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenAttempt } from '../../src/assets/attempt.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { begun, expectServed, offsetOf, sendPiece, tusHead } from '../support/tus.ts'
import { completed, putFile, retried, until } from '../support/uploads.ts'
import { head, openWire, type Wire } from '../support/wire.ts'

const file = Buffer.from(wavOf(400_000, 9))
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

/** The same place on another port, where the service was restarted. */
const here = (url: string) => new URL(new URL(url).pathname, herbarium.origin).href

const send = (to: Reservation, from: number, end?: number) =>
  sendPiece(
    herbarium,
    { upload_url: here(to.upload_url) },
    { file, from, ...(end === undefined ? {} : { end }) },
  )

const offset = (to: Reservation) => offsetOf(herbarium, here(to.upload_url))

const unfinished = async () =>
  (await herbarium.files()).filter(name => name.startsWith('incoming')).map(name => path.basename(name))

/** Announces the rest of the file from `from`, sends it up to `end`, and then says nothing more. */
async function stall(to: Reservation, from: number, end: number): Promise<Wire> {
  const wire = await openWire(herbarium.origin)
  const headers = {
    'tus-resumable': '1.0.0',
    'content-type': 'application/offset+octet-stream',
    'upload-offset': from,
    'content-length': file.length - from,
  }
  await wire.write(head(`PATCH ${new URL(to.upload_url).pathname}`, headers))
  await wire.write(file.subarray(from, end))
  await until(
    () => attemptOf(to),
    ({ leaseUntil }) => leaseUntil !== null,
  )
  await delay(200) // what the service reads from its socket and gathers cannot be seen from here
  return wire
}

async function attemptOf(to: Reservation): Promise<OpenAttempt> {
  const upload = await herbarium.service.records.assets.findUpload(to.asset_id)
  if (upload?.attempt.state !== 'open') throw new Error(`the attempt is ${upload?.attempt.state}`)
  return upload.attempt
}

test('a connection that is cut costs nothing of what had arrived', async () => {
  const reservation = await begun(herbarium, file.length)
  const wire = await stall(reservation, 0, 150_000)
  wire.cut()
  expect(
    await until(
      () => offset(reservation),
      at => at === 150_000,
    ),
  ).toBe(150_000)
  expect((await send(reservation, 150_000)).status).toBe(204)
  await expectServed(herbarium, reservation, file)
})

const usedBytes = async () => (await herbarium.service.records.assets.usage(herbarium.workspaceId)).usedBytes

test('who asks with HEAD stops a connection that hangs, and is told of every byte it had brought', async () => {
  const reservation = await begun(herbarium, file.length)
  const dead = await stall(reservation, 0, 120_000)
  expect(await offset(reservation)).toBe(120_000)
  expect(await dead.answer()).toMatchObject({ status: 409 })
  expect((await send(reservation, 120_000)).status).toBe(204)
  await expectServed(herbarium, reservation, file)
})

test('the newest connection wins: one that hangs cannot keep another off', async () => {
  const reservation = await begun(herbarium, file.length)
  await send(reservation, 0, 1000)
  const dead = await stall(reservation, 1000, 1000)
  expect((await send(reservation, 1000)).status).toBe(204)
  expect(await dead.answer()).toMatchObject({ status: 409 })
  await expectServed(herbarium, reservation, file)
})

test('twenty at once on one upload never mix: it is whole, or can be finished', async () => {
  const reservation = await begun(herbarium, file.length)
  await send(reservation, 0, 1000)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => send(reservation, 1000, 1000 + (n + 1) * 10_000)),
  )
  for (const { status } of answers) expect([204, 409]).toContain(status)
  expect(answers.some(({ status }) => status === 204)).toBe(true)
  expect((await send(reservation, await offset(reservation))).status).toBe(204)
  await expectServed(herbarium, reservation, file)
  expect(await unfinished()).toEqual([])
})

test('a restart does not wait for an upload that can be resumed, and loses none of it', async () => {
  const reservation = await begun(herbarium, file.length)
  await send(reservation, 0, 1000)
  const wire = await stall(reservation, 1000, 90_000)
  const began = Date.now()
  await herbarium.restart()
  expect(Date.now() - began).toBeLessThan(8_000)
  expect([503, undefined]).toContain((await wire.answer())?.status)
  expect(await offset(reservation)).toBe(90_000)
  expect((await send(reservation, 90_000, 200_000)).status).toBe(204)
  await herbarium.restart()
  expect((await send(reservation, 200_000)).status).toBe(204)
  await expectServed(herbarium, reservation, file)
  const served = await fetch(here(reservation.url))
  const row = await herbarium.service.records.assets.find(reservation.asset_id)
  expect(row).toMatchObject({ sha256: served.headers.get('etag')?.replaceAll('"', '') })
})

test('retry carries what had arrived into the new attempt; the old ticket is dead', async () => {
  const reservation = await begun(herbarium, file.length)
  await send(reservation, 0, 70_000)
  const again = await retried(herbarium, reservation.asset_id)
  expect((await tusHead(herbarium, here(reservation.upload_url))).status).toBe(403)
  expect(await offset(again)).toBe(70_000)
  expect((await send(again, 70_000)).status).toBe(204)
  await expectServed(herbarium, again, file)
  expect(await unfinished()).toEqual([])
})

test('retry while bytes arrive stops them, and carries them too', async () => {
  const reservation = await begun(herbarium, file.length)
  const wire = await stall(reservation, 0, 60_000)
  const again = await retried(herbarium, reservation.asset_id)
  expect(await wire.answer()).toMatchObject({ status: 409 })
  expect(await offset(again)).toBe(60_000)
  expect((await send(again, 60_000)).status).toBe(204)
  await expectServed(herbarium, again, file)
})

test('retry never carries bytes that were whole and refused', async () => {
  const html = await sampleBytes('html.png')
  const reservation = await begun(herbarium, html.length)
  await sendPiece(herbarium, reservation, { file: html, from: 0 })
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'failed' })
  const again = await retried(herbarium, reservation.asset_id)
  expect(await offset(again)).toBe(0)
  expect((await putFile(herbarium, again, file)).status).toBe(204)
  await expectServed(herbarium, again, file)
})

test('bytes that were lost from the disk are begun again instead of asked for forever', async () => {
  const reservation = await begun(herbarium, file.length)
  const before = await unfinished()
  await send(reservation, 0, 5000)
  const [name = ''] = (await unfinished()).filter(found => !before.includes(found))
  await herbarium.removeBytes(`incoming/${name}`)
  expect((await send(reservation, 5000)).status).toBe(409)
  expect(await offset(reservation)).toBe(0)
  expect((await send(reservation, 0)).status).toBe(204)
  await expectServed(herbarium, reservation, file)
})

test('a file whose writer never let go is not written to again: what is sure of it is copied', async () => {
  const reservation = await begun(herbarium, file.length)
  await send(reservation, 0, 80_000)
  const attempt = await attemptOf(reservation)
  const held = { ...attempt, leaseUntil: Date.now() + 60_000 } // as a process that died, or stalls, leaves it
  await herbarium.service.records.assets.save({ attempts: [{ before: attempt, after: held }], events: [] })
  expect((await send(reservation, 80_000, 90_000)).status).toBe(204)
  const after = await attemptOf(reservation)
  expect(after.partial?.key).not.toBe(attempt.partial?.key)
  expect(await unfinished()).not.toContain(path.basename(attempt.partial?.key ?? ''))
  expect((await send(reservation, 90_000)).status).toBe(204)
  await expectServed(herbarium, reservation, file)
})

test('deleting the asset removes what had arrived, also while more is on its way', async () => {
  for (const isArriving of [false, true]) {
    const [before, used] = [await herbarium.files(), await usedBytes()]
    const reservation = await begun(herbarium, file.length)
    await send(reservation, 0, 50_000)
    const wire = isArriving ? await stall(reservation, 50_000, 60_000) : undefined
    const path = `/assets/${reservation.asset_id}`
    expect((await herbarium.call(path, { method: 'DELETE' })).status).toBe(204)
    if (wire !== undefined) expect((await wire.answer())?.status).toBe(409)
    expect((await tusHead(herbarium, here(reservation.upload_url))).status).toBe(403)
    await until(
      () => herbarium.files(),
      files => files.length === before.length,
    )
    expect(await usedBytes()).toBe(used)
  }
})

test('the sweep leaves an upload alone that may still be gone on with', async () => {
  const reservation = await begun(herbarium, file.length)
  await send(reservation, 0, 1000)
  const { protectedKeys } = herbarium.service.records.assets
  const { partial } = await attemptOf(reservation)
  expect(await protectedKeys([partial?.key ?? ''])).toEqual(new Set([partial?.key]))
  const again = await retried(herbarium, reservation.asset_id)
  expect(await protectedKeys([partial?.key ?? ''])).toEqual(new Set([partial?.key]))
  expect((await send(again, 1000)).status).toBe(204)
  await expectServed(herbarium, again, file)
})

test('a reservation that tus never touched is at its first byte, and says so', async () => {
  const { upload_url } = await reserve(herbarium)
  const answer = await tusHead(herbarium, upload_url)
  expect(answer.headers.get('upload-offset')).toBe('0')
  expect(answer.headers.get('upload-defer-length')).toBe('1')
})
