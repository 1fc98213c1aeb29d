// The store goes away under a running service: clients are told to come back, and then everything is finished.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { reserve } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import { type Gateway, startGateway } from '../support/start-ceph.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { begun, expectServed, offsetOf, sendPiece } from '../support/tus.ts'
import { completed, directForm, postAsset, putFile, stored, uploaded } from '../support/uploads.ts'
import { cephHere } from '../support/use-bucket.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let gateway: Gateway
let herbarium: RunningService
beforeEach(async () => {
  gateway = await startGateway(cephHere())
  herbarium = await startService({ environment: { S3_ENDPOINT: gateway.endpoint } })
})
afterEach(async () => {
  await herbarium.close()
  await gateway.close()
})

function expectComeBack(response: Response): void {
  expect(response.status).toBe(503)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
}

test('without the store 503 is answered, nothing is half done, and all of it is finished afterwards', async () => {
  const bytes = wavOf(2_000_000, 1)
  const there = await stored(herbarium, {}, wavOf(300_000, 2))
  const promised = await reserve(herbarium)
  const arrived = await uploaded(herbarium, {}, bytes)
  const media = (await herbarium.client.assets.retrieve(there.asset_id)).url ?? ''
  await gateway.kill()
  expectComeBack(await putFile(herbarium, promised, bytes))
  expectComeBack(await postAsset(herbarium, directForm(herbarium, bytes)))
  expectComeBack(await herbarium.call(`/assets/${arrived.asset_id}/complete`, { method: 'POST' }))
  expectComeBack(await herbarium.fetch(media))
  expect((await herbarium.client.assets.retrieve(promised.asset_id)).status).toBe('pending_upload')
  expect((await herbarium.client.assets.retrieve(arrived.asset_id)).status).toBe('pending_upload')
  await gateway.start()
  expect((await herbarium.fetch(media)).status).toBe(200)
  expect(await completed(herbarium, arrived.asset_id)).toMatchObject({ status: 'ready' })
  expect((await putFile(herbarium, promised, bytes)).status).toBe(204)
  await expectServed(herbarium, promised, bytes)
  const kept = (await herbarium.files()).filter(key => !key.startsWith('media/'))
  expect(kept.filter(key => !key.startsWith('incoming/'))).toEqual([])
})

test('an upload that is resumed goes on behind the bytes that were durable when the store went away', async () => {
  const file = wavOf(30_000_000, 3)
  const upload = await begun(herbarium, file.length)
  expect((await sendPiece(herbarium, upload, { file, from: 0, end: 12_000_000 })).status).toBe(204)
  await gateway.kill()
  expectComeBack(await sendPiece(herbarium, upload, { file, from: 12_000_000, end: 29_000_000 }))
  await gateway.start()
  const at = await offsetOf(herbarium, upload.upload_url)
  expect(at).toBe(12_000_000)
  expect((await sendPiece(herbarium, upload, { file, from: at })).status).toBe(204)
  await expectServed(herbarium, upload, file)
})
