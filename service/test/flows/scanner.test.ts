// Malware: what clamd finds is not kept, and what it was not asked about is not admitted.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formWith, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type Clamd, eicar, startClamd } from '../support/start-clamd.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let clamd: Clamd
let internet: Internet
let herbarium: RunningService
let infected: Buffer
beforeAll(async () => {
  clamd = await startClamd({ maxStreamBytes: 1_000_000 })
  internet = await startInternet()
  herbarium = await startService({
    environment: { CLAMAV_URL: clamd.url, ...internet.environment },
    world: { remote: internet.world },
  })
  infected = Buffer.concat([await sampleBytes('i.png'), eicar()])
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
  await clamd.close()
})

const put = (url: string, bytes: Uint8Array) =>
  herbarium.fetch(url, { method: 'PUT', body: new Uint8Array(bytes) })

const FOUND = { status: 'failed', failure_message: expect.stringContaining('Malware was found') }

test('a clean picture is scanned and becomes ready', async () => {
  const reservation = await reserve(herbarium)
  await put(reservation.upload_url, await sampleBytes('i.png'))
  expect(await herbarium.client.assets.complete(reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('an infected picture fails by every door, and nothing of it is kept', async () => {
  const before = await herbarium.files()
  const reservation = await reserve(herbarium)
  expect((await put(reservation.upload_url, infected)).status).toBe(204)
  expect(await herbarium.client.assets.complete(reservation.asset_id)).toMatchObject(FOUND)

  const form = formWith(new Uint8Array(infected))
  form.append('workspace_id', herbarium.workspaceId)
  const direct = await herbarium.call('/assets', { method: 'POST', body: form })
  expect(await direct.json()).toMatchObject(FOUND)

  internet.answer = (_request, response) => response.end(infected)
  const fetched = await herbarium.client.assets.create({
    source: internet.url(),
    workspace_id: herbarium.workspaceId,
  })
  expect(fetched).toMatchObject(FOUND)
  expect(await herbarium.files()).toEqual(before)
})

test('a file above what the scanner takes fails with that reason', async () => {
  const reservation = await reserve(herbarium)
  await put(reservation.upload_url, wavOf(3_000_000))
  expect(await herbarium.client.assets.complete(reservation.asset_id)).toMatchObject({
    status: 'failed',
    failure_message: expect.stringContaining('too large for the malware scanner'),
  })
})

test('while the scanner is away complete answers 503, and afterwards the same upload becomes ready', async () => {
  const away = await startClamd()
  const waiting = await startService({ environment: { CLAMAV_URL: away.url } })
  await away.close()
  const reservation = await reserve(waiting)
  const sent = await waiting.fetch(reservation.upload_url, {
    method: 'PUT',
    body: new Uint8Array(await sampleBytes('i.png')),
  })
  expect(sent.status).toBe(204)
  const refused = await waiting.call(`/assets/${reservation.asset_id}/complete`, { method: 'POST' })
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const back = await startClamd({ port: away.port })
  expect(await waiting.client.assets.complete(reservation.asset_id)).toMatchObject({ status: 'ready' })
  await back.close()
  await waiting.close()
})
