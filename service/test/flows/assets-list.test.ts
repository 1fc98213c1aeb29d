// GET /assets: pages, filters and search.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

interface Listed {
  assets: { asset_id: string; name: string | null }[]
  meta: { next_cursor: string | null; total_estimate: number | null }
}

const list = async (tenant: Tenant, query: Record<string, string> = {}) => {
  const response = await tenant.call(`/assets?${new URLSearchParams(query)}`)
  if (!response.ok) throw new Error(`list: ${response.status} ${await response.text()}`)
  return (await response.json()) as Listed // checked against the document by the tenant's fetch
}

const idsOf = ({ assets }: Listed) => assets.map(({ asset_id }) => asset_id)

/** A fresh tenant with `count` reservations; ids newest first. */
async function tenantWith(count: number): Promise<{ tenant: Tenant; ids: string[] }> {
  const tenant = await herbarium.newTenant()
  const ids: string[] = []
  for (let n = 0; n < count; n++)
    ids.unshift((await reserve(tenant, { file_name: `file ${n}.png` })).asset_id)
  return { tenant, ids }
}

test('pages follow each other to the end, newest first, each asset once', async () => {
  const { tenant, ids } = await tenantWith(7)
  const seen: string[][] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: Listed = await list(tenant, { limit: '3', cursor })
    seen.push(idsOf(page))
    cursor = page.meta.next_cursor
  }
  expect(seen.map(page => page.length)).toEqual([3, 3, 1])
  expect(seen.flat()).toEqual(ids)
})

test('a last page that is full has no next', async () => {
  const { tenant, ids } = await tenantWith(4)
  const first = await list(tenant, { limit: '2' })
  const second = await list(tenant, { limit: '2', cursor: first.meta.next_cursor ?? '' })
  expect([...idsOf(first), ...idsOf(second)]).toEqual(ids)
  expect(second.meta.next_cursor).toBeNull()
})

test('the official client walks all pages by itself', async () => {
  const { tenant, ids } = await tenantWith(25)
  const walked: (string | null)[] = []
  for await (const asset of tenant.client.assets.list({ limit: 10 })) walked.push(asset.asset_id)
  expect(walked).toEqual(ids)
})

test('without a limit a page has twenty, and assets made meanwhile do not move the next page', async () => {
  const { tenant, ids } = await tenantWith(22)
  const first = await list(tenant)
  expect(idsOf(first)).toEqual(ids.slice(0, 20))
  await reserve(tenant)
  const second = await list(tenant, { cursor: first.meta.next_cursor ?? '' })
  expect(idsOf(second)).toEqual(ids.slice(20))
})

test('an empty workspace is one empty page', async () => {
  const tenant = await herbarium.newTenant()
  expect(await list(tenant)).toEqual({ assets: [], meta: { next_cursor: null, total_estimate: 0 } })
})

test('an item has every field, created_at in unix milliseconds; get says it in ISO 8601', async () => {
  const tenant = await herbarium.newTenant()
  const before = Date.now()
  const { asset_id, url } = await stored(tenant, { file_name: 'a.png', content_type: 'image/png' })
  const { assets } = await list(tenant)
  const item = {
    asset_id,
    name: 'a.png',
    description: null,
    workspace_id: tenant.workspaceId,
    url,
    content_type: 'image/png',
    upload_content_type: 'image/png',
    uploaded_via: 'direct',
    status: 'ready',
    width: 640,
    height: 480,
    size_bytes: (await sampleBytes('i.png')).length,
    folder: '',
    metadata: {},
  }
  expect(assets).toEqual([{ ...item, created_at: expect.any(Number), node_id: null, project_id: null }])
  const createdAt = (assets[0] as unknown as { created_at: number }).created_at
  expect(Number.isSafeInteger(createdAt)).toBe(true)
  expect(createdAt).toBeGreaterThanOrEqual(before)
  expect(createdAt).toBeLessThanOrEqual(Date.now())
  expect(await tenant.client.assets.retrieve(asset_id)).toEqual({
    ...item,
    retention: 'standard',
    delete_at: null,
    failure_message: null,
    created_at: new Date(createdAt).toISOString(),
  })
})

test.each(['0', '-1', '101', '1000000', '1.5', 'ten', '1,2', 'NaN', 'Infinity', ' '])(
  'a limit of "%s" is refused on limit',
  async limit => {
    const refusal = await refusalIn(await herbarium.call(`/assets?${new URLSearchParams({ limit })}`))
    expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['limit'] })
  },
)

test('limits of 1 and 100 are taken', async () => {
  const { tenant, ids } = await tenantWith(2)
  expect(idsOf(await list(tenant, { limit: '1' }))).toEqual(ids.slice(0, 1))
  expect(idsOf(await list(tenant, { limit: '100' }))).toEqual(ids)
})

test('empty values equal absent ones', async () => {
  const { tenant, ids } = await tenantWith(2)
  const page = await list(tenant, {
    limit: '',
    cursor: '',
    query: '',
    workspace_id: '',
    project_id: '',
    status: '',
    type: '',
    folder: '',
    'metadata.a': '',
  })
  expect(idsOf(page)).toEqual(ids)
  expect(page.meta.total_estimate).toBe(2)
})

test.each([
  'limit',
  'cursor',
  'query',
  'workspace_id',
  'project_id',
  'status',
  'type',
  'folder',
  'metadata.a',
])('%s given twice is refused by its name', async name => {
  const refusal = await refusalIn(await herbarium.call(`/assets?${name}=1&${name}=2`))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error' })
  expect(refusal.fields).toContain(name)
})

test('a cursor that was altered, cut, extended or made up is refused on cursor', async () => {
  const { tenant } = await tenantWith(3)
  const cursor = (await list(tenant, { limit: '1' })).meta.next_cursor ?? ''
  const [position = '', mac = ''] = cursor.split('.')
  const bad = [
    `${Number(position) + 1}.${mac}`,
    `${position}.${mac.slice(0, -1)}`,
    `${position}.${mac}A`,
    `${position}.${mac.toUpperCase()}`,
    `${cursor}.${mac}`,
    `${position}-1.${mac}`,
    position,
    `.${mac}`,
    'null',
    '0',
    Buffer.from('{"ordinal":1}').toString('base64url'),
    'x'.repeat(513),
  ]
  for (const altered of bad) {
    const refusal = await refusalOf(tenant.client.assets.list({ cursor: altered }))
    expect(refusal, altered).toMatchObject({ status: 400, fields: ['cursor'] })
  }
})

test('a cursor of another workspace, filter or listing is refused on cursor', async () => {
  const { tenant } = await tenantWith(3)
  const { tenant: other } = await tenantWith(3)
  const cursor = (await list(tenant, { limit: '1' })).meta.next_cursor ?? ''
  const filtered = (await list(tenant, { limit: '1', query: 'file' })).meta.next_cursor ?? ''
  const calls = [
    other.client.assets.list({ cursor }),
    tenant.client.assets.list({ cursor, query: 'file' }),
    tenant.client.assets.list({ cursor: filtered }),
    tenant.client.assets.list({ cursor: filtered, query: 'fil' }),
    tenant.client.projects.list({ cursor, workspace_id: tenant.workspaceId }),
    herbarium.client.projects.listNodes(herbarium.projectId, { cursor }),
  ]
  for (const refusal of await Promise.all(calls.map(refusalOf)))
    expect(refusal).toMatchObject({ status: 400, fields: ['cursor'] })
})

test('a cursor goes on with another limit, and where the workspace is said or left out', async () => {
  const { tenant, ids } = await tenantWith(3)
  const cursor = (await list(tenant, { limit: '1' })).meta.next_cursor ?? ''
  const rest = await list(tenant, { limit: '50', cursor, workspace_id: tenant.workspaceId })
  expect(idsOf(rest)).toEqual(ids.slice(1))
})
