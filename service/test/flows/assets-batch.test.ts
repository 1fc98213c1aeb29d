// POST /assets/batch: many reservations in one request, each with a result of its own.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { createWorkspace } from '../../src/workspaces/create.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { isReplay, newKey, send } from '../support/replays.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { completed, post, putFile } from '../support/uploads.ts'

interface Result {
  status: number
  asset?: Reservation
  error?: { code: string; message: string; fields?: { field: string; message: string }[] }
}

let herbarium: RunningService
let tenant: Tenant
beforeAll(async () => {
  herbarium = await startService({ environment: { MAX_PENDING_PER_WORKSPACE: '60' } })
})
beforeEach(async () => {
  tenant = await herbarium.newTenant()
})
afterAll(() => herbarium.close())

type Items = Record<string, unknown>[]

const ask = (who: Tenant, assets: unknown, sending: { key?: string; said?: Record<string, unknown> } = {}) =>
  send(who, '/assets/batch', {
    ...(sending.key === undefined ? {} : { key: sending.key }),
    body: { workspace_id: who.workspaceId, assets, ...sending.said },
  })

async function resultsIn(response: Response): Promise<Result[]> {
  expect(response.status).toBe(200)
  return ((await response.json()) as { results: Result[] }).results // checked against the document
}

const batch = async (who: Tenant, assets: Items, key?: string) =>
  resultsIn(await ask(who, assets, key === undefined ? {} : { key }))

const idsOf = (results: Result[]) => results.map(({ asset }) => asset?.asset_id)
const statusesOf = (results: Result[]) => results.map(({ status }) => status)
const named = (count: number): Items => Array.from({ length: count }, (_, n) => ({ file_name: `${n}.png` }))

const listOf = async (who: Tenant) => (await who.client.assets.list({ limit: 100 })).assets

test('fifty are reserved in their order, and the last one is the newest of the list', async () => {
  const results = await batch(tenant, named(50))
  expect(statusesOf(results)).toEqual(Array(50).fill(201))
  expect(new Set(idsOf(results)).size).toBe(50)
  const listed = await listOf(tenant)
  expect(listed.map(({ asset_id }) => asset_id)).toEqual(idsOf(results).reverse())
  expect(listed.map(({ name }) => name)).toEqual(
    named(50)
      .map(({ file_name }) => file_name)
      .reverse(),
  )
})

test('each is answered as POST /assets answers, and can be uploaded with what it was answered', async () => {
  const said = { file_name: 'a.png', content_type: 'image/png', folder: 'f', metadata: { a: 'b' } }
  const [result] = await batch(tenant, [said])
  const alone = await reserve(tenant, said)
  const { asset } = result ?? {}
  if (asset === undefined) throw new Error('was not reserved')
  const shape = (one: Reservation) => [
    Object.keys(one).sort(),
    Object.keys(one.upload).sort(),
    one.folder,
    one.status,
  ]
  expect(shape(asset)).toEqual(shape(alone))
  expect((await putFile(herbarium, asset, await sampleBytes('i.png'))).status).toBe(204)
  const holder = herbarium.tenantOf(asset.upload.token, tenant.workspaceId)
  expect(await completed(holder, asset.asset_id)).toMatchObject({ status: 'ready', folder: 'f' })
})

test('an item that is at fault is refused by itself, with its place and its field, and the others are reserved', async () => {
  const results = await batch(tenant, [
    { file_name: 'good.png' },
    { file_name: 'a/b.png' },
    { file_size: -1, unknown: true },
    { project_id: 'prj_missing' },
    { sha256: 'zz' },
    { file_name: 'also good.png' },
  ])
  expect(statusesOf(results)).toEqual([201, 400, 400, 404, 400, 201])
  const fieldsOf = (n: number) => results[n]?.error?.fields?.map(({ field }) => field).sort()
  expect(fieldsOf(1)).toEqual(['assets.1.file_name'])
  expect(results[1]?.error?.message).toMatch(/^assets\.1\.file_name: must be a name without slashes/)
  expect(fieldsOf(2)).toEqual(['assets.2.file_size', 'assets.2.unknown'])
  expect(results[3]?.error).toEqual({ code: 'not_found', message: 'There is no such project.' })
  expect(fieldsOf(4)).toEqual(['assets.4.sha256'])
  expect((await listOf(tenant)).map(({ name }) => name)).toEqual(['also good.png', 'good.png'])
})

test('an item that is no object is refused by itself too', async () => {
  const response = await ask(tenant, [{}, 'a.png', null, ['x']])
  const results = await resultsIn(response)
  expect(statusesOf(results)).toEqual([201, 400, 400, 400])
  expect(results[1]?.error?.fields?.map(({ field }) => field)).toEqual(['assets.1'])
})

test.each([
  ['no array', { assets: { 0: {} } }, 'assets'],
  ['nothing', { assets: undefined }, 'assets'],
  ['an empty array', { assets: [] }, 'assets'],
  ['51 items', { assets: named(51) }, 'assets'],
  ['an unknown field', { assets: [{}], source: 'signed-url' }, 'source'],
  ['no workspace', { assets: [{}], workspace_id: undefined }, 'workspace_id'],
])('a body with %s is refused whole, and nothing of it is reserved', async (_what, said, field) => {
  const refusal = await refusalIn(await ask(tenant, [{}], { said }))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: [field] })
  expect(await listOf(tenant)).toEqual([])
})

test("another's workspace is refused whole; another's project is to an item as if it were missing", async () => {
  const other = await herbarium.newTenant()
  const { project_id } = await other.client.projects.create({ name: 'x', workspace_id: other.workspaceId })
  const refusal = await refusalIn(await ask(tenant, [{}], { said: { workspace_id: other.workspaceId } }))
  expect(refusal).toMatchObject({ status: 403, code: 'forbidden' })
  const [foreign, missing] = await batch(tenant, [{ project_id }, { project_id: 'prj_missing' }])
  expect(foreign).toEqual(missing)
  expect([await listOf(tenant), await listOf(other)]).toEqual([[], []])
})

test('fifty items as long as they may be are one request', async () => {
  const metadata = Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`k${n}`, 'ü'.repeat(120)]))
  const item = { file_name: `${'ü'.repeat(100)}.png`, folder: 'ü'.repeat(500), metadata }
  expect(statusesOf(await batch(tenant, Array(50).fill(item)))).toEqual(Array(50).fill(201))
})

test('with a key the same batch again is the same assets, at once, again and after a restart', async () => {
  const key = newKey()
  const both = await Promise.all([ask(tenant, named(3), { key }), ask(tenant, named(3), { key })])
  const [first, second] = await Promise.all(both.map(resultsIn))
  expect(second).toEqual(first)
  await herbarium.restart()
  const again = await ask(tenant, named(3), { key })
  expect(isReplay(again)).toBe(true)
  expect(both.map(one => one.headers.get('request-id'))).toContain(again.headers.get('request-id'))
  const ids = idsOf(await resultsIn(again))
  expect(ids).toEqual(idsOf(first ?? []))
  expect(await listOf(tenant)).toHaveLength(3)
})

test('with the key of another batch an item that differs is told so, and those that are alike are the same', async () => {
  const key = newKey()
  const [a, b, c] = await batch(tenant, named(3), key)
  const response = await ask(
    tenant,
    [{ file_name: '0.png' }, { file_name: 'else.png' }, { file_name: '2.png' }],
    { key },
  )
  expect(isReplay(response)).toBe(false)
  const results = await resultsIn(response)
  expect(statusesOf(results)).toEqual([201, 422, 201])
  expect(results[1]?.error?.code).toBe('idempotency_conflict')
  expect([results[0], results[2]]).toEqual([a, c])
  expect(b?.status).toBe(201)
  expect(await listOf(tenant)).toHaveLength(3)
})

test("an item's own key is the one that POST /assets takes, in either order", async () => {
  const [early, late] = [newKey(), newKey()]
  const alone = await reserve(tenant, { file_name: 'early.png', idempotency_key: early })
  const items = [
    { file_name: 'early.png', idempotency_key: early },
    { file_name: 'late.png', idempotency_key: late },
  ]
  const results = await batch(tenant, items, newKey())
  expect(results[0]?.asset).toEqual(alone)
  const afterwards = await send(tenant, '/assets', {
    key: late,
    body: { source: 'signed-url', workspace_id: tenant.workspaceId, file_name: 'late.png' },
  })
  expect(isReplay(afterwards)).toBe(true)
  expect(await afterwards.json()).toEqual(results[1]?.asset)
  expect(await listOf(tenant)).toHaveLength(2)
})

test('two items with one key are one asset, or the second is told that it differs', async () => {
  const idempotency_key = newKey()
  const results = await batch(tenant, [
    { file_name: 'a.png', idempotency_key },
    { file_name: 'a.png', idempotency_key },
    { file_name: 'b.png', idempotency_key },
  ])
  expect(statusesOf(results)).toEqual([201, 201, 422])
  expect(results[1]).toEqual(results[0])
  expect(await listOf(tenant)).toHaveLength(1)
})

test('a refusal that holds is heard again by its key, though the project has come meanwhile', async () => {
  const key = newKey()
  const items = [{ file_name: 'x.png', project_id: 'prj_missing' }]
  const first = await batch(tenant, items, key)
  const again = await ask(tenant, items, { key })
  expect(isReplay(again)).toBe(true)
  expect(await resultsIn(again)).toEqual(first)
})

test('a batch without a key is made anew each time', async () => {
  await batch(tenant, named(2))
  await batch(tenant, named(2))
  expect(await listOf(tenant)).toHaveLength(4)
})

test('of the uploads that a workspace may have under way the first items get what is left', async () => {
  await batch(tenant, named(40))
  const results = await batch(tenant, named(50))
  expect(statusesOf(results)).toEqual([...Array(20).fill(201), ...Array(30).fill(429)])
  expect(results[20]?.error?.code).toBe('rate_limited')
  const usage = await herbarium.service.records.assets.usage(tenant.workspaceId)
  expect(usage.openAttempts).toBe(60)
})

test('of the quota the first items that fit get what is left, and what one was promised the next is not', async () => {
  const { records, world } = herbarium.service
  const { id } = await createWorkspace(
    { workspaces: records.workspaces, ...world },
    { name: 'small', quotaBytes: 1000 },
  )
  const { secret } = await createKey({ keys: records.keys, ...world }, { workspaceId: id, name: 'k' })
  const small = herbarium.tenantOf(secret, id)
  const sizes = [600, 500, 400, 1, 0]
  const results = await batch(
    small,
    sizes.map(file_size => ({ file_size })),
  )
  expect(statusesOf(results)).toEqual([201, 402, 201, 402, 201])
  expect(results[1]?.error?.code).toBe('insufficient_credits')
})

test('an upload token cannot reserve', async () => {
  const { upload } = await reserve(tenant)
  const holder = herbarium.tenantOf(upload.token, tenant.workspaceId)
  expect((await ask(holder, named(1))).status).toBe(403)
})

test('what a batch reserved is deleted and retried like any other', async () => {
  const [first, second] = await batch(tenant, named(2), newKey())
  expect((await tenant.call(`/assets/${first?.asset?.asset_id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await post(tenant, `/assets/${second?.asset?.asset_id}/retry`)).status).toBe(200)
})
