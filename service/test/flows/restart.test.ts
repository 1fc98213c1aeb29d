// Stopping and starting again in the middle of a flow: everything acknowledged is as it was.
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { completed, post, postFile, putFile, retried, stored, until, uploaded } from '../support/uploads.ts'
import { head, openWire } from '../support/wire.ts'

let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  herbarium = await startService({ environment: { PORT: String(await freePort()) } })
  png = await sampleBytes('i.png')
})
afterAll(() => herbarium.close())

test('a reservation made before can be filled and completed afterwards', async () => {
  const reservation = await reserve(herbarium, { file_name: 'a.png', metadata: { a: 'b' } })
  await herbarium.restart()
  expect((await postFile(herbarium, reservation, png)).status).toBe(204)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({
    status: 'ready',
    url: reservation.url,
  })
})

test('bytes sent before can be completed afterwards', async () => {
  const reservation = await uploaded(herbarium)
  await herbarium.restart()
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
  expect(png.equals(Buffer.from(await (await herbarium.fetch(reservation.url)).arrayBuffer()))).toBe(true)
})

test('what was ready or failed before answers the same afterwards: get, list, canvas and bytes', async () => {
  const project_id = herbarium.projectId
  const ready = await stored(herbarium, { project_id, file_name: 'a.png', 'metadata[k]': 'v', folder: 'f' })
  const failed = await stored(herbarium, {}, Buffer.alloc(0))
  const view = async () => ({
    ready: await herbarium.client.assets.retrieve(ready.asset_id),
    failed: await herbarium.client.assets.retrieve(failed.asset_id),
    list: (await herbarium.client.assets.list()).assets,
    projects: (await herbarium.client.projects.list({ workspace_id: herbarium.workspaceId })).projects,
    nodes: (await herbarium.client.projects.listNodes(project_id)).nodes,
    etag: (await herbarium.fetch(ready.url)).headers.get('etag'),
    completed: await completed(herbarium, ready.asset_id),
  })
  const before = await view()
  await herbarium.restart()
  expect(await view()).toEqual(before)
})

test('a cursor of a page seen before goes on afterwards', async () => {
  const tenant = await herbarium.newTenant()
  const ids: string[] = []
  for (let n = 0; n < 3; n++) ids.unshift((await reserve(tenant)).asset_id)
  const { meta } = await tenant.client.assets.list({ limit: 1 })
  await herbarium.restart()
  const rest = await tenant.client.assets.list({ cursor: meta.next_cursor ?? '' })
  expect(rest.assets.map(({ asset_id }) => asset_id)).toEqual(ids.slice(1))
})

test('tickets that were dead before are dead afterwards', async () => {
  const old = await reserve(herbarium)
  const fresh = await retried(herbarium, old.asset_id)
  const done = await uploaded(herbarium)
  await completed(herbarium, done.asset_id)
  await herbarium.restart()
  for (const dead of [old, done])
    expect(await refusalIn(await putFile(herbarium, dead, png))).toMatchObject({ status: 403 })
  expect((await putFile(herbarium, fresh, png)).status).toBe(204)
  expect(await refusalOf(herbarium.client.assets.retry(done.asset_id))).toMatchObject({ status: 409 })
})

test('an upload in flight is finished before the service stops, and is there when it comes back', async () => {
  const bytes = wavOf(200_000, 1)
  const reservation = await reserve(herbarium)
  const wire = await openWire(herbarium.origin)
  const target = new URL(reservation.upload_url).pathname
  await wire.write(head(`PUT ${target}`, { 'content-length': bytes.length }))
  await wire.write(bytes.subarray(0, 1000))
  await until(
    () => herbarium.files(),
    files => files.some(file => file.startsWith('incoming')),
  )
  const restarting = herbarium.restart()
  await delay(100)
  await wire.write(bytes.subarray(1000))
  expect(await wire.answer()).toMatchObject({ status: 204 })
  await restarting
  const asset = await completed(herbarium, reservation.asset_id)
  expect(asset.status).toBe('ready')
  expect(bytes.equals(Buffer.from(await (await herbarium.fetch(asset.url)).arrayBuffer()))).toBe(true)
})

test('a connection that is kept alive does not hold up the stop, once its request is answered', async () => {
  const bytes = wavOf(100_000, 2)
  const reservation = await reserve(herbarium)
  const wire = await openWire(herbarium.origin)
  const target = new URL(reservation.upload_url).pathname
  await wire.write(head(`PUT ${target}`, { 'content-length': bytes.length, connection: 'keep-alive' }))
  await wire.write(bytes.subarray(0, 1000))
  await until(
    () => herbarium.files(),
    files => files.some(file => file.startsWith('incoming')),
  )
  const stopping = herbarium.restart()
  await delay(50)
  await wire.write(bytes.subarray(1000))
  const began = Date.now()
  await stopping
  expect(Date.now() - began).toBeLessThan(5000)
  expect(await wire.answer()).toMatchObject({ status: 204 })
})

test('a completion under way when the service stops is answered or cut, and holds', async () => {
  const reservation = await uploaded(herbarium, {}, wavOf(5_000_000, 3))
  const completing = post(herbarium, `/assets/${reservation.asset_id}/complete`).catch(() => undefined)
  await delay(1)
  await herbarium.restart()
  expect((await completing)?.status ?? 200).toBe(200)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('stopping and starting thrice in a row loses nothing and leaves nothing half-made', async () => {
  const { url } = await stored(herbarium)
  const files = await herbarium.files()
  for (let n = 0; n < 3; n++) await herbarium.restart()
  expect(await herbarium.files()).toEqual(files)
  expect((await herbarium.fetch(url)).status).toBe(200)
  expect(files.filter(file => file.startsWith('incoming'))).toEqual([])
})
