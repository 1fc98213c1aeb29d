// An operator lets tenants in: workspaces made, named, bounded and counted over the API.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { holderOf, type NewKey, type Operator, operatorOf, said } from '../support/operator.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { send } from '../support/replays.ts'
import { postJson, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { putFile, stored } from '../support/uploads.ts'

let herbarium: RunningService
let operator: Operator
/** Has a workspace to itself. */
let tenant: Tenant
beforeAll(async () => {
  herbarium = await startService({ environment: { RATE_LIMIT: 'off' } })
})
beforeEach(async () => {
  operator = await operatorOf(herbarium)
  tenant = await herbarium.newTenant()
})
afterAll(() => herbarium.close())

const openedBy = ({ api_key, workspace_id }: NewKey): Tenant => herbarium.tenantOf(api_key, workspace_id)

const patch = (workspaceId: string, body: Record<string, unknown>) =>
  send(operator, `/admin/workspaces/${workspaceId}`, { method: 'PATCH', body })

test('a workspace and a key that were made over the API let the official client upload and read', async () => {
  const workspace = await said<{ workspace_id: string }>(
    postJson(operator, '/admin/workspaces', { name: 'Design team', quota_bytes: 10_000_000 }),
  )
  expect(workspace).toEqual({
    workspace_id: expect.stringMatching(/^ws_/),
    name: 'Design team',
    mode: 'live',
    test_of: null,
    media_access: 'public',
    quota_bytes: 10_000_000,
    created_at: expect.any(Number),
  })
  const { workspace_id } = workspace
  const key = await operator.madeKey(workspace_id, { scopes: ['assets:read', 'assets:write'] })
  expect(key).toMatchObject({ workspace_id, scopes: ['assets:read', 'assets:write'], status: 'active' })
  const holder = openedBy(key)
  const { asset_id } = await stored(holder)
  expect(await holder.client.assets.retrieve(asset_id)).toMatchObject({ status: 'ready', workspace_id })
  const refusal = await refusalIn(await holder.call(`/assets/${asset_id}`, { method: 'DELETE' }))
  expect(refusal).toMatchObject({ status: 403, message: expect.stringContaining('assets:delete') })
  expect(await said(operator.call(`/admin/workspaces/${workspace_id}`))).toEqual(workspace)
})

test('workspaces are listed newest first by pages', async () => {
  const newest = await herbarium.newTenant()
  const list = (query: string) =>
    said<{ workspaces: { workspace_id: string }[]; meta: { next_cursor: string } }>(
      operator.call(`/admin/workspaces?${query}`),
    )
  const first = await list('limit=1')
  const second = await list(`limit=1&cursor=${first.meta.next_cursor}`)
  expect([...first.workspaces, ...second.workspaces]).toMatchObject([
    { workspace_id: newest.workspaceId },
    { workspace_id: tenant.workspaceId },
  ])
})

test('a workspace is renamed, bounded and unbounded; what is left out stays', async () => {
  const { workspaceId } = tenant
  const bounded = await said(patch(workspaceId, { name: '  Orchard ', quota_bytes: 10 }))
  expect(bounded).toMatchObject({ name: 'Orchard', quota_bytes: 10, media_access: 'public' })
  expect((await tenant.client.workspaces.list()).workspaces).toMatchObject([{ name: 'Orchard' }])
  const reserving = { source: 'signed-url', workspace_id: workspaceId, file_size: 11 }
  expect((await postJson(tenant, '/assets', reserving)).status).toBe(402)
  expect(await said(patch(workspaceId, { quota_bytes: null }))).toMatchObject({
    name: 'Orchard',
    quota_bytes: null,
  })
  expect((await postJson(tenant, '/assets', reserving)).status).toBe(201)
  expect(await said(patch(workspaceId, { media_access: 'signed' }))).toMatchObject({
    name: 'Orchard',
    media_access: 'signed',
  })
})

test.each([
  [{ quota_bytes: -1 }, 'quota_bytes'],
  [{ quota_bytes: 1.5 }, 'quota_bytes'],
  [{ quota_bytes: '10GB' }, 'quota_bytes'],
  [{ media_access: 'secret' }, 'media_access'],
  [{ name: '' }, 'name'],
  [{ mode: 'test' }, 'mode'],
])('a change to %j is refused by the field, and changes nothing', async (change, field) => {
  const before = await said(operator.call(`/admin/workspaces/${tenant.workspaceId}`))
  const refusal = await refusalIn(await patch(tenant.workspaceId, { ...change, unknown: undefined }))
  expect(refusal).toMatchObject({ status: 400, fields: [field] })
  expect(await said(operator.call(`/admin/workspaces/${tenant.workspaceId}`))).toEqual(before)
})

test('administering opens no asset of another workspace, whatever else the key may', async () => {
  const { asset_id } = await stored(tenant)
  const both = await holderOf(herbarium, '*', 'admin')
  expect((await both.call(`/assets/${asset_id}`)).status).toBe(404)
  expect((await both.call(`/assets/${asset_id}`, { method: 'DELETE' })).status).toBe(404)
  expect((await both.call(`/assets?workspace_id=${tenant.workspaceId}`)).status).toBe(403)
  expect((await both.client.workspaces.list()).workspaces).toMatchObject([
    { workspace_id: herbarium.workspaceId },
  ])
})

test('usage counts what is kept and what is under way, for its own keys and for operators', async () => {
  const { workspaceId } = tenant
  await said(patch(workspaceId, { quota_bytes: 1_000_000 }))
  const png = await sampleBytes('i.png')
  await stored(tenant)
  await putFile(herbarium, await reserve(tenant), png)
  await reserve(tenant)
  const bytes = 2 * png.byteLength
  const usage = {
    workspace_id: workspaceId,
    assets: 3,
    bytes,
    open_uploads: 2,
    quota_bytes: 1_000_000,
    remaining_bytes: 1_000_000 - bytes,
  }
  for (const asking of [tenant, operator])
    expect(await said(asking.call(`/workspaces/${workspaceId}/usage`))).toEqual(usage)
})

test("another workspace's usage is forbidden, whether it is there or not", async () => {
  const refusals = [herbarium.workspaceId, 'ws_missing'].map(async id =>
    refusalIn(await tenant.call(`/workspaces/${id}/usage`)),
  )
  const [foreign, missing] = await Promise.all(refusals)
  expect(foreign).toMatchObject({ status: 403, code: 'forbidden' })
  expect(foreign).toEqual(missing)
})
