// DELETE /assets/{id}: the asset, its bytes and its url are gone, in whatever state they were.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deleteAsset } from '../../src/assets/delete.ts'
import type { AssetRecords } from '../../src/assets/ports.ts'
import { attach } from '../../src/projects/attach.ts'
import { freePort } from '../support/free-port.ts'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { postJson, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { completed, formToDoor, post, putFile, retried, stored, uploaded } from '../support/uploads.ts'
import { head, speak, speakAtOnce } from '../support/wire.ts'

let herbarium: RunningService
let internet: Internet
let png: Buffer
beforeAll(async () => {
  internet = await startInternet()
  herbarium = await startService({
    environment: { ...internet.environment, PORT: String(await freePort()) },
    world: { remote: internet.world },
  })
  png = await sampleBytes('i.png')
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})

const remove = (assetId: string, tenant: Tenant = herbarium) =>
  tenant.call(`/assets/${assetId}`, { method: 'DELETE' })

const usage = ({ workspaceId }: Tenant) => herbarium.service.records.assets.usage(workspaceId)
const count = ({ workspaceId }: Tenant) => herbarium.service.records.assets.count(workspaceId)

const NOTHING = { quotaBytes: null, usedBytes: 0, openAttempts: 0 }

async function expectGone(tenant: Tenant, assetId: string): Promise<void> {
  for (const path of ['', '/media'])
    expect(await refusalIn(await tenant.call(`/assets/${assetId}${path}`))).toMatchObject({ status: 404 })
  for (const verb of ['complete', 'retry'])
    expect(await refusalIn(await post(tenant, `/assets/${assetId}/${verb}`))).toMatchObject({ status: 404 })
  expect((await tenant.client.assets.list()).assets.map(({ asset_id }) => asset_id)).not.toContain(assetId)
}

const STATES: [string, (tenant: RunningService) => Promise<{ asset_id: string; url: string }>][] = [
  ['ready', stored],
  ['failed', tenant => stored(tenant, {}, Buffer.alloc(0))],
  ['reserved', reserve],
  ['received', uploaded],
  [
    'retried after failing',
    async tenant => retried(tenant, (await stored(tenant, {}, Buffer.from('<html>'))).asset_id),
  ],
]

test.each(STATES)('an asset that is %s goes with its row, its bytes and its weight', async (_state, make) => {
  const tenant = { ...herbarium, ...(await herbarium.newTenant()) }
  const files = await herbarium.files()
  const { asset_id, url } = await make(tenant)
  const answer = await remove(asset_id, tenant)
  expect(answer.status).toBe(204)
  expect(await answer.text()).toBe('')
  expect((await herbarium.fetch(url)).status).toBe(404)
  await expectGone(tenant, asset_id)
  expect(await usage(tenant)).toEqual(NOTHING)
  expect(await count(tenant)).toBe(0)
  await expect.poll(() => herbarium.files()).toEqual(files)
})

test('what else there is stays as it is', async () => {
  const tenant = await herbarium.newTenant()
  const [kept, gone] = [await stored(tenant, { file_name: 'a.png' }), await stored(tenant)]
  const before = await usage(tenant)
  await remove(gone.asset_id, tenant)
  expect((await herbarium.fetch(kept.url)).status).toBe(200)
  expect(await usage(tenant)).toEqual({ ...before, usedBytes: before.usedBytes / 2 })
  expect((await tenant.client.assets.list({ query: 'a.p' })).assets).toHaveLength(1)
})

test('an attached asset goes too: its nodes keep their label and lose their url', async () => {
  const asset = await stored(herbarium, { file_name: 'rose.png', project_id: herbarium.projectId })
  await herbarium.client.projects.assets.attachAsset(asset.asset_id, { projectId: herbarium.projectId })
  expect((await remove(asset.asset_id)).status).toBe(204)
  const { nodes } = await herbarium.client.projects.listNodes(herbarium.projectId)
  expect(nodes).toHaveLength(2)
  for (const node of nodes)
    expect(node).toMatchObject({ label: 'rose.png', url: null, asset_id: null, type: 'image' })
  expect(
    (await post(herbarium, `/projects/${herbarium.projectId}/assets/${asset.asset_id}/attach`)).status,
  ).toBe(404)
})

test('a second delete finds nothing', async () => {
  const { asset_id } = await stored(herbarium)
  expect((await remove(asset_id)).status).toBe(204)
  expect(await refusalIn(await remove(asset_id))).toMatchObject({ status: 404, code: 'not_found' })
})

test('of twenty deletes at once one deletes', async () => {
  const { asset_id } = await uploaded(herbarium)
  const request = head(`DELETE /api/v1/assets/${asset_id}`, { authorization: `Bearer ${herbarium.apiKey}` })
  const statuses = (await speakAtOnce(herbarium.origin, Array(20).fill(request))).map(({ status }) => status)
  expect(statuses.toSorted()).toEqual([204, ...Array(19).fill(404)])
})

test.each([
  ['no body', {}, ''],
  ['a JSON type and nothing after it', { 'content-type': 'application/json', 'content-length': 0 }, ''],
  ['an empty object', { 'content-type': 'application/json', 'content-length': 2 }, '{}'],
])('a delete may come with %s', async (_what, headers, body) => {
  const { asset_id } = await stored(herbarium)
  const authorization = `Bearer ${herbarium.apiKey}`
  const request = head(`DELETE /api/v1/assets/${asset_id}`, { authorization, ...headers }) + body
  expect(await speak(herbarium.origin, request)).toMatchObject({ status: 204, body: '' })
})

test('an id without its prefix is refused by its name', async () => {
  expect(await refusalIn(await remove('1234'))).toMatchObject({ status: 400, fields: ['asset_id'] })
})

test('the ticket of a deleted upload is dead at both ways in', async () => {
  const reservation = await reserve(herbarium)
  const files = await herbarium.files()
  await remove(reservation.asset_id)
  expect(await refusalIn(await formToDoor(herbarium, reservation, png))).toMatchObject({ status: 403 })
  expect(await refusalIn(await putFile(herbarium, reservation, png))).toMatchObject({ status: 403 })
  expect(files).toEqual(expect.arrayContaining(await herbarium.files())) // those of other tests may be going still
})

test('an upload that is running when its asset is deleted is refused, and leaves nothing', async () => {
  const files = await herbarium.files()
  const reservation = await reserve(herbarium)
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const sending = fetch(reservation.upload_url, { method: 'PUT', body: readable, duplex: 'half' })
  await writer.write(new Uint8Array(png.subarray(0, 100)))
  await expect.poll(() => herbarium.files()).toHaveLength(files.length + 1)
  expect((await remove(reservation.asset_id)).status).toBe(204)
  await writer.write(new Uint8Array(png.subarray(100)))
  await writer.close()
  expect((await sending).status).toBe(409)
  expect(await herbarium.files()).toEqual(files)
})

test('completions and deletes that race leave either nothing or an answer of before', async () => {
  const files = await herbarium.files()
  for (let n = 0; n < 10; n++) {
    const { asset_id, url } = await uploaded(herbarium)
    const [complete, gone] = await Promise.all([
      post(herbarium, `/assets/${asset_id}/complete`),
      remove(asset_id),
    ])
    expect(gone.status).toBe(204)
    expect([200, 404]).toContain(complete.status)
    expect((await herbarium.fetch(url)).status).toBe(404)
    await expectGone(herbarium, asset_id)
  }
  await expect.poll(() => herbarium.files()).toEqual(files)
})

test('attaches and deletes that race never fail on our side', async () => {
  for (let n = 0; n < 10; n++) {
    const { asset_id } = await stored(herbarium)
    const path = `/projects/${herbarium.projectId}/assets/${asset_id}/attach`
    const [attached, gone] = await Promise.all([post(herbarium, path), remove(asset_id)])
    expect([201, 404]).toContain(attached.status)
    expect(gone.status).toBe(204)
  }
})

test('reads and deletes that race give the bytes or nothing', async () => {
  for (let n = 0; n < 20; n++) {
    const { asset_id, url } = await stored(herbarium)
    const reads = Array.from({ length: 8 }, () => herbarium.fetch(url))
    const gone = remove(asset_id)
    const late = Array.from({ length: 8 }, () => herbarium.fetch(url))
    for (const { status } of await Promise.all([...reads, ...late])) expect([200, 404]).toContain(status)
    expect((await gone).status).toBe(204)
  }
})

test('an attach whose asset is deleted at the last moment finds nothing, and leaves no node', async () => {
  const { asset_id } = await stored(herbarium)
  const { records, world } = herbarium.service
  const { nodes: before } = await herbarium.client.projects.listNodes(herbarium.projectId)
  const assets: AssetRecords = {
    ...records.assets,
    save: async change => {
      await remove(asset_id)
      return records.assets.save(change)
    },
  }
  const actor = { keyId: 'key_gardener', workspaceId: herbarium.workspaceId }
  const target = { projectId: herbarium.projectId, assetId: asset_id }
  const attaching = attach({ ...records, assets, ...world }, actor, target)
  await expect(attaching).rejects.toMatchObject({ code: 'not_found' })
  expect((await herbarium.client.projects.listNodes(herbarium.projectId)).nodes).toEqual(before)
})

test('a fetch that is running when its asset is deleted ends, and leaves nothing', async () => {
  const tenant = await herbarium.newTenant()
  const files = await herbarium.files()
  const goOn = Promise.withResolvers<void>()
  internet.answer = async (_request, response) => {
    response.write(png.subarray(0, 100))
    await goOn.promise
    response.end(png.subarray(100))
  }
  const creating = postJson(tenant, '/assets', { source: internet.url(), workspace_id: tenant.workspaceId })
  await expect.poll(() => herbarium.files()).toHaveLength(files.length + 1)
  const [asset] = (await tenant.client.assets.list()).assets
  expect((await remove(asset?.asset_id ?? '', tenant)).status).toBe(204)
  const muchLater = { owner: 'a test', until: 0, now: Number.MAX_SAFE_INTEGER }
  const left = await herbarium.service.records.jobs.claim(muchLater, 100)
  expect(left.filter(({ subject }) => subject === asset?.asset_id)).toEqual([])
  goOn.resolve()
  expect((await creating).status).toBe(404)
  await expect.poll(() => herbarium.files()).toEqual(files)
  expect(await usage(tenant)).toEqual(NOTHING)
})

test('bytes whose removal was left to the next start are removed by it', async () => {
  const files = await herbarium.files()
  const { asset_id } = await stored(herbarium)
  const { records, world } = herbarium.service
  const lease = () => ({ owner: 'a process that ends here', until: world.clock.now() + 500 })
  const background = { lease, runNow: async () => undefined, add: records.jobs.add }
  const actor = { keyId: 'key_gardener', workspaceId: herbarium.workspaceId }
  const ports = { assets: records.assets, forms: undefined, uploads: new Map(), background, ...world }
  await deleteAsset(ports, actor, { assetId: asset_id })
  expect(await herbarium.files()).toHaveLength(files.length + 1)
  await herbarium.restart()
  await expect.poll(() => herbarium.files(), { timeout: 10_000 }).toEqual(files)
})

test('a delete is told by an event, which says what the asset was', async () => {
  const { asset_id } = await stored(herbarium)
  await remove(asset_id)
  const told = (await herbarium.rows.all('events')).filter(event => event.asset_id === asset_id)
  expect(told.at(-1)).toMatchObject({ type: 'asset.deleted', data: '{"status":"ready"}' })
})

test('the official client deletes, and is told where there is nothing to delete', async () => {
  const { asset_id } = await stored(herbarium)
  await herbarium.client.delete(`/assets/${asset_id}`)
  await expectGone(herbarium, asset_id)
  expect(await refusalOf(herbarium.client.delete(`/assets/${asset_id}`))).toMatchObject({ status: 404 })
})

test('a deleted name makes room for the same one', async () => {
  const gone = await stored(herbarium, { file_name: 'same.png' })
  await remove(gone.asset_id)
  const again = await stored(herbarium, { file_name: 'same.png' })
  expect(again.asset_id).not.toBe(gone.asset_id)
  expect(await completed(herbarium, again.asset_id)).toMatchObject({ status: 'ready' })
})
