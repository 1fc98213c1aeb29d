// Two services while bytes arrive at one of them: what the other is asked meanwhile has the last word.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createGate } from '../support/hold-calls.ts'
import { beginPatching, beginSending } from '../support/open-uploads.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { begun, offsetOf, sendPiece } from '../support/tus.ts'
import { type Node, startTwoNodes, type TwoNodes } from '../support/two-nodes.ts'
import { completed, post, putFile, retried } from '../support/uploads.ts'

const gate = createGate()
let nodes: TwoNodes
let a: Node
let b: Node
let png: Buffer
beforeAll(async () => {
  nodes = await startTwoNodes({ worldOfA: { around: gate.around } })
  ;({ a, b } = nodes)
  png = await sampleBytes('i.png')
})
afterAll(() => nodes.close())
beforeEach(gate.open)

const files = () => nodes.first.files()
const servedBy = async (node: Node, url: string) => Buffer.from(await (await node.fetch(url)).arrayBuffer())

async function expectReady(to: Reservation, file: Buffer): Promise<void> {
  const { status, url, failure_message } = await completed(b, to.asset_id)
  expect({ status, failure_message }).toMatchObject({ status: 'ready' })
  expect(file.equals(await servedBy(a, url))).toBe(true)
}

test('an upload at one is overtaken by a newer one at the other, though it ends last', async () => {
  const before = await files()
  const [older, newer] = [wavOf(100_000, 1), wavOf(100_000, 2)]
  const reservation = await reserve(a)
  const slow = await beginSending(a, reservation.upload_url, older.subarray(0, 1000))
  expect((await putFile(b, reservation, newer)).status).toBe(204)
  await slow.send(older.subarray(1000))
  expect(await refusalIn(await slow.finish())).toMatchObject({ status: 409, shouldRetry: 'false' })
  await expectReady(reservation, newer)
  expect(await files()).toHaveLength(before.length + 1)
})

test('an upload at one that a newer one at the other has overtaken does not win by ending first', async () => {
  const [older, newer] = [wavOf(100_000, 1), wavOf(100_000, 2)]
  const reservation = await reserve(a)
  const first = await beginSending(a, reservation.upload_url, older.subarray(0, 1000))
  const second = await beginSending(b, reservation.upload_url, newer.subarray(0, 1000))
  await first.send(older.subarray(1000))
  expect((await first.finish()).status).toBe(409)
  await second.send(newer.subarray(1000))
  expect((await second.finish()).status).toBe(204)
  await expectReady(reservation, newer)
})

test('a retry at one ends the upload at the other', async () => {
  const before = await files()
  const bytes = wavOf(50_000, 3)
  const reservation = await reserve(a)
  const slow = await beginSending(a, reservation.upload_url, bytes.subarray(0, 1000))
  const fresh = await retried(b, reservation.asset_id)
  await slow.send(bytes.subarray(1000))
  expect(await refusalIn(await slow.finish())).toMatchObject({ status: 409, shouldRetry: 'false' })
  expect(await files()).toEqual(before)
  expect((await putFile(a, fresh, png)).status).toBe(204)
  await expectReady(reservation, png)
})

test('a delete at one ends the upload at the other, and leaves no bytes', async () => {
  const before = await files()
  const bytes = wavOf(50_000, 4)
  const reservation = await reserve(a)
  const slow = await beginSending(a, reservation.upload_url, bytes.subarray(0, 1000))
  expect((await b.call(`/assets/${reservation.asset_id}`, { method: 'DELETE' })).status).toBe(204)
  await slow.send(bytes.subarray(1000))
  expect([403, 409]).toContain((await slow.finish()).status)
  expect(await files()).toEqual(before)
})

test('while bytes arrive at one, complete at the other says so and asks to come again', async () => {
  const reservation = await reserve(a)
  const slow = await beginSending(a, reservation.upload_url, png.subarray(0, 1000))
  const early = await post(b, `/assets/${reservation.asset_id}/complete`)
  expect(await refusalIn(early)).toMatchObject({ status: 409, shouldRetry: null }) // a 409 is repeated by itself
  await slow.send(png.subarray(1000))
  expect((await slow.finish()).status).toBe(204)
  await expectReady(reservation, png)
})

test('a resumable upload that is open at one goes on at the other from what is sure', async () => {
  const file = wavOf(200_000, 5)
  const reservation = await begun(nodes.first, file.length)
  await sendPiece(a, reservation, { file, from: 0, end: 60_000 })
  const open = await beginPatching(a, reservation, 60_000, file.subarray(60_000, 90_000))
  expect(await offsetOf(b, reservation.upload_url)).toBe(60_000)
  expect((await sendPiece(b, reservation, { file, from: 60_000, end: 120_000 })).status).toBe(204)
  await open.send(Buffer.alloc(110_000, 7)) // other bytes than the file's
  expect((await open.finish()).status).toBe(409)
  expect((await sendPiece(a, reservation, { file, from: 120_000 })).status).toBe(204)
  await expectReady(reservation, file)
})

test('a retry at one carries on what is sure of the upload that is open at the other', async () => {
  const before = await files()
  const file = wavOf(200_000, 6)
  const reservation = await begun(nodes.first, file.length)
  await sendPiece(a, reservation, { file, from: 0, end: 60_000 })
  const open = await beginPatching(a, reservation, 60_000, file.subarray(60_000, 90_000))
  const fresh = await retried(b, reservation.asset_id)
  await open.send(Buffer.alloc(110_000, 7))
  expect((await open.finish()).status).toBe(409)
  expect(await offsetOf(a, fresh.upload_url)).toBe(60_000)
  expect((await sendPiece(b, fresh, { file, from: 60_000 })).status).toBe(204)
  await expectReady(reservation, file)
  expect(await files()).toHaveLength(before.length + 1)
})

test('an upload that is whole at one when a retry at the other takes it over leaves what was carried on', async () => {
  const file = wavOf(200_000, 7)
  const reservation = await begun(nodes.first, file.length)
  await sendPiece(a, reservation, { file, from: 0, end: 60_000 })
  gate.hold('read') // its file has its whole name, its row does not know
  const last = sendPiece(a, reservation, { file, from: 60_000 })
  await gate.holds()
  const fresh = await retried(b, reservation.asset_id)
  gate.open()
  expect((await last).status).toBe(409)
  expect(await offsetOf(b, fresh.upload_url)).toBe(60_000)
  expect((await sendPiece(b, fresh, { file, from: 60_000 })).status).toBe(204)
  await expectReady(reservation, file)
})
