// GET /assets with filters: each finds exactly its own, together they narrow.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn } from '../support/refusal-of.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { retried, stored } from '../support/uploads.ts'

const AWKWARD_NAMES = ['100%.png', 'a_b.png', 'axb.png', 'star*.png', '"q".png', "o'b.png"]

let herbarium: RunningService
let awkward: Tenant
beforeAll(async () => {
  herbarium = await startService()
  awkward = await tenantWithNames(AWKWARD_NAMES)
})
afterAll(() => herbarium.close())

interface Listed {
  assets: { asset_id: string; name: string | null; node_id: string | null; project_id: string | null }[]
  meta: { next_cursor: string | null; total_estimate: number | null }
}

const list = async (tenant: Tenant, query: Record<string, string>) => {
  const response = await tenant.call(`/assets?${new URLSearchParams(query)}`)
  if (!response.ok) throw new Error(`list: ${response.status} ${await response.text()}`)
  return (await response.json()) as Listed // checked against the document by the tenant's fetch
}

const namesIn = async (tenant: Tenant, query: Record<string, string>) =>
  (await list(tenant, query)).assets.map(({ name }) => name)

/** A tenant whose assets have these names, in this order. */
async function tenantWithNames(names: string[]): Promise<Tenant> {
  const tenant = await herbarium.newTenant()
  for (const file_name of names) await reserve(tenant, { file_name })
  return tenant
}

test('status finds the pending, the ready and the failed', async () => {
  const tenant = await herbarium.newTenant()
  await reserve(tenant, { file_name: 'pending' })
  await stored(tenant, { file_name: 'ready' })
  const failed = await stored(tenant, { file_name: 'failed' }, Buffer.alloc(0))
  expect(await namesIn(tenant, { status: 'pending_upload' })).toEqual(['pending'])
  expect(await namesIn(tenant, { status: 'ready' })).toEqual(['ready'])
  expect(await namesIn(tenant, { status: 'failed' })).toEqual(['failed'])
  await retried(tenant, failed.asset_id)
  expect(await namesIn(tenant, { status: 'failed' })).toEqual([])
  expect(await namesIn(tenant, { status: 'pending_upload' })).toEqual(['failed', 'pending'])
})

test('type finds a kind or one media type, by what the bytes are', async () => {
  const tenant = await herbarium.newTenant()
  for (const sample of ['i.png', 'i.webp', 'v.mp4', 'a.mp3', 'three.pdf'])
    await stored(tenant, { file_name: sample, content_type: 'image/gif' }, await sampleBytes(sample))
  expect(await namesIn(tenant, { type: 'image' })).toEqual(['i.webp', 'i.png'])
  expect(await namesIn(tenant, { type: 'video' })).toEqual(['v.mp4'])
  expect(await namesIn(tenant, { type: 'audio' })).toEqual(['a.mp3'])
  expect(await namesIn(tenant, { type: 'pdf' })).toEqual(['three.pdf'])
  expect(await namesIn(tenant, { type: 'image/webp' })).toEqual(['i.webp'])
  expect(await namesIn(tenant, { type: 'image/gif' })).toEqual([])
})

test('folder finds exactly this folder, however it is spelled', async () => {
  const tenant = await herbarium.newTenant()
  await reserve(tenant, { file_name: 'top' })
  await reserve(tenant, { file_name: 'a', folder: 'takes' })
  await reserve(tenant, { file_name: 'b', folder: 'takes/one' })
  expect(await namesIn(tenant, { folder: 'takes' })).toEqual(['a'])
  expect(await namesIn(tenant, { folder: '/takes//one/' })).toEqual(['b'])
  expect(await namesIn(tenant, { folder: 'take' })).toEqual([])
  expect(await namesIn(tenant, { folder: '%' })).toEqual([])
})

test('metadata.KEY finds the assets with that pair, several keys those with all of them', async () => {
  const tenant = await herbarium.newTenant()
  await reserve(tenant, { file_name: 'one', metadata: { a: '1', 'b.c': 'x' } })
  await reserve(tenant, { file_name: 'two', metadata: { a: '1' } })
  await reserve(tenant, { file_name: 'three', metadata: { a: '10', toString: 'x' } })
  expect(await namesIn(tenant, { 'metadata.a': '1' })).toEqual(['two', 'one'])
  expect(await namesIn(tenant, { 'metadata.a': '1', 'metadata.b.c': 'x' })).toEqual(['one'])
  expect(await namesIn(tenant, { 'metadata.toString': 'x' })).toEqual(['three'])
  expect(await namesIn(tenant, { 'metadata.b': 'x' })).toEqual([])
  expect(await namesIn(tenant, { 'metadata.missing': '1' })).toEqual([])
})

test.each(['', '$', '$.a', '$[', 'a"b', "a'b", '[0]', 'a b', '\0', 'a\0', 'k'.repeat(65)])(
  'a metadata key of %j, which none can have, finds nothing',
  async key => {
    const tenant = await herbarium.newTenant()
    await reserve(tenant, { metadata: { a: '1', b: '1' } })
    expect(await namesIn(tenant, { [`metadata.${key}`]: '1' })).toEqual([])
  },
)

test('query finds a substring of the name, whatever its case', async () => {
  const tenant = await tenantWithNames(['Product Shot.PNG', 'product-2.png', 'STRAẞE.jpg', 'ÉTÉ.jpg', 'x'])
  expect(await namesIn(tenant, { query: 'PRODUCT' })).toEqual(['product-2.png', 'Product Shot.PNG'])
  expect(await namesIn(tenant, { query: 'uct sh' })).toEqual(['Product Shot.PNG'])
  expect(await namesIn(tenant, { query: 'été' })).toEqual(['ÉTÉ.jpg'])
  expect(await namesIn(tenant, { query: 'x' })).toEqual(['x'])
  expect(await namesIn(tenant, { query: 'ng' })).toEqual(['product-2.png', 'Product Shot.PNG'])
  expect(await namesIn(tenant, { query: 'product shots' })).toEqual([])
})

test.each([
  ['%', ['100%.png']],
  ['_', ['a_b.png']],
  ['%%%', []],
  ['___', []],
  ['0%.', ['100%.png']],
  ['a_b', ['a_b.png']],
  ['*', ['star*.png']],
  ['"', ['"q".png']],
  ['"q"', ['"q".png']],
  ["'", ["o'b.png"]],
  ["o'b", ["o'b.png"]],
  ["' or 1=1 --", []],
  ['name:', []],
  ['a NEAR b', []],
  ['NOT png', []],
  ['^100', []],
  ['(png', []],
  ['-png', []],
])('the search for %j takes nothing as a wildcard or an operator', async (query, names) => {
  expect(await namesIn(awkward, { query })).toEqual(names)
})

test('a search through many pages finds each name once', async () => {
  const tenant = await tenantWithNames(
    Array.from({ length: 9 }, (_, n) => (n % 2 ? `odd ${n}` : `even ${n}`)),
  )
  const found: (string | null)[] = []
  for await (const { name } of tenant.client.assets.list({ query: 'even', limit: 2 })) found.push(name)
  expect(found).toEqual(['even 8', 'even 6', 'even 4', 'even 2', 'even 0'])
})

test('project_id finds what is on the canvas or bound for it, with its node', async () => {
  const tenant = await herbarium.newTenant()
  const { project_id } = await tenant.client.projects.create({ name: 'p', workspace_id: tenant.workspaceId })
  const bound = await reserve(tenant, { project_id, file_name: 'bound' })
  const placed = await stored(tenant, { project_id, file_name: 'placed' })
  const attached = await stored(tenant, { file_name: 'attached' })
  await stored(tenant, { file_name: 'elsewhere' })
  const { node_id } = await tenant.client.projects.assets.attachAsset(attached.asset_id, {
    projectId: project_id,
  })
  const { assets, meta } = await list(tenant, { project_id })
  expect(assets.map(({ name, project_id: project }) => [name, project])).toEqual([
    ['attached', project_id],
    ['placed', project_id],
    ['bound', project_id],
  ])
  expect(assets.find(asset => asset.asset_id === attached.asset_id)?.node_id).toBe(node_id)
  expect(assets.find(asset => asset.asset_id === placed.asset_id)?.node_id).toMatch(/^node_/)
  expect(assets.find(asset => asset.asset_id === bound.asset_id)?.node_id).toBeNull()
  expect(meta.total_estimate).toBeNull()
})

test('filters narrow together', async () => {
  const tenant = await herbarium.newTenant()
  const said = { folder: 'f', 'metadata[a]': '1' }
  await stored(tenant, { ...said, file_name: 'the one.png' })
  await stored(tenant, { ...said, file_name: 'other.png' })
  await stored(tenant, { ...said, file_name: 'the one.mp3' }, await sampleBytes('a.mp3'))
  await reserve(tenant, { folder: 'f', metadata: { a: '1' }, file_name: 'the one.png' })
  const query = { query: 'the one', folder: 'f', type: 'image', status: 'ready', 'metadata.a': '1' }
  expect(await namesIn(tenant, query)).toEqual(['the one.png'])
})

test('total_estimate counts a whole workspace, and is null under any filter', async () => {
  const tenant = await tenantWithNames(['a', 'b', 'c'])
  const estimate = async (query: Record<string, string>) => (await list(tenant, query)).meta.total_estimate
  expect(await estimate({})).toBe(3)
  expect(await estimate({ limit: '1' })).toBe(3)
  expect(await estimate({ workspace_id: tenant.workspaceId })).toBe(3)
  for (const filter of ['query', 'folder', 'metadata.a']) expect(await estimate({ [filter]: 'a' })).toBeNull()
  expect(await estimate({ status: 'ready' })).toBeNull()
  expect(await estimate({ type: 'image' })).toBeNull()
  expect(await estimate({ project_id: 'prj_missing' })).toBeNull()
})

test.each([
  ['status', 'expired'],
  ['type', 'text/html'],
  ['type', 'images'],
  ['folder', '../up'],
  ['query', 'q'.repeat(256)],
  ['workspace_id', 'prj_1'],
  ['project_id', 'asset_1'],
])('%s of "%s" is refused by its name', async (name, value) => {
  const refusal = await refusalIn(await herbarium.call(`/assets?${new URLSearchParams({ [name]: value })}`))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: [name] })
})
