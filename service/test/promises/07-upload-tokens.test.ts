// Promise 7, isolation, for upload tokens: every operation of the OpenAPI document is asked with one, on its own asset and
// on others'. The document says which take it; a new operation cannot be forgotten.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filled, type Operation, operationsOf } from '../support/operations.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

let herbarium: RunningService
let stranger: Tenant
let own: Reservation
let holder: Tenant
let operations: Operation[]
beforeAll(async () => {
  herbarium = await startService({ environment: { RATE_LIMIT: 'off' } })
  stranger = await herbarium.newTenant()
  own = await reserve(herbarium)
  holder = herbarium.tenantOf(own.upload.token, herbarium.workspaceId)
  operations = (await operationsOf(herbarium.origin)).filter(({ path }) => path.startsWith('/api/v1/'))
})
afterAll(() => herbarium.close())

const byToken = () => operations.filter(({ credentials }) => credentials.includes('uploadToken'))

async function ask({ method, path }: Operation, assetId: string) {
  const parts = { asset_id: assetId, project_id: herbarium.projectId }
  const answer = await holder.call(filled(path.replace('/api/v1', ''), parts), { method })
  return { status: answer.status, body: await answer.text() }
}

/** All that the holder of a token could spoil. */
const view = async () => [
  await herbarium.client.assets.list(),
  await stranger.client.assets.list(),
  await herbarium.client.projects.listNodes(herbarium.projectId),
]

test('the four operations that a token is for are all that the document gives it', () => {
  expect(byToken().map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/v1/assets/{asset_id}/complete',
    'POST /api/v1/assets/{asset_id}/retry',
    'GET /api/v1/assets/{asset_id}',
    'GET /api/v1/assets/{asset_id}/timeline',
  ])
})

test('every other operation is forbidden to it, and does nothing', async () => {
  const before = await view()
  const others = operations.filter(operation => !byToken().includes(operation))
  expect(others.length).toBeGreaterThan(8)
  for (const operation of others) {
    const { status, body } = await ask(operation, own.asset_id)
    expect(status, `${operation.method} ${operation.path}`).toBe(403)
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'forbidden' } })
  }
  expect(await view()).toEqual(before)
})

test('every other asset, of its own workspace or of another, is to it as if it were missing', async () => {
  const others = [
    await reserve(herbarium),
    await stored(herbarium),
    await reserve(stranger),
    await stored(stranger),
  ]
  const before = await view()
  for (const operation of byToken()) {
    const missing = await ask(operation, 'asset_0000000000000000')
    expect(missing.status).toBe(404)
    for (const { asset_id } of others) expect(await ask(operation, asset_id)).toEqual(missing)
  }
  expect(await view()).toEqual(before)
})

test('its own asset is its own', async () => {
  for (const operation of byToken()) expect((await ask(operation, own.asset_id)).status).toBeOneOf([200, 409])
})
