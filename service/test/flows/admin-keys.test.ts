// Keys over the API: made for a purpose and for a time, shown once, listed, revoked.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type NewKey,
  type Operator,
  operatorOf,
  type RotatedKey,
  said,
  type ToldKey,
} from '../support/operator.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { newKey, send } from '../support/replays.ts'
import { postJson, reserve } from '../support/reserve.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const clock = createTestClock()
let herbarium: RunningService
let operator: Operator
/** Has a workspace to itself. */
let tenant: Tenant
beforeAll(async () => {
  herbarium = await startService({ world: { clock }, environment: { RATE_LIMIT: 'off' } })
})
beforeEach(async () => {
  operator = await operatorOf(herbarium)
  tenant = await herbarium.newTenant()
})
afterAll(() => herbarium.close())

const openedBy = ({ api_key, workspace_id }: NewKey): Tenant => herbarium.tenantOf(api_key, workspace_id)

const patch = (workspaceId: string, body: Record<string, unknown>) =>
  send(operator, `/admin/workspaces/${workspaceId}`, { method: 'PATCH', body })

const opens = async (holder: Tenant) => (await holder.call('/assets')).status

test('the secret is in the answer that makes it, which nobody may keep, and nowhere else', async () => {
  const terms = { workspace_id: tenant.workspaceId, name: 'secret' }
  const made = await postJson(operator, '/admin/keys', terms)
  expect(made.status).toBe(201)
  const key = (await made.json()) as NewKey
  const rotation = await send(operator, `/admin/keys/${key.key_id}/rotate`)
  const successor = (await rotation.json()) as RotatedKey
  for (const answer of [made, rotation]) expect(answer.headers.get('cache-control')).toBe('no-store')
  for (const target of [`/admin/keys/${key.key_id}`, '/admin/keys', `/admin/keys/${successor.key_id}`]) {
    const text = await (await operator.call(target)).text()
    expect(text).toMatch(/"prefix":"sk_live_.{4}"/)
    for (const { api_key } of [key, successor]) expect(text).not.toContain(api_key)
  }
})

test('a secret cannot be told again: the same request with the same idempotency key makes another key', async () => {
  const body = { workspace_id: tenant.workspaceId, name: 'twice' }
  const key = newKey()
  const [first, second] = [
    await said<NewKey>(send(operator, '/admin/keys', { key, body })),
    await said<NewKey>(send(operator, '/admin/keys', { key, body })),
  ]
  expect(first.key_id).not.toBe(second.key_id)
  expect(first.api_key).not.toBe(second.api_key)
})

test.each([
  [{ scopes: ['nope'] }, 'scopes'],
  [{ scopes: [] }, 'scopes'],
  [{ expires_at: 1 }, 'expires_at'],
  [{ expires_at: Date.now() + 4000 * DAY_MS }, 'expires_at'],
  [{ name: ' ' }, 'name'],
  [{ mode: 'dry' }, 'mode'],
  [{ mode: 'test', scopes: ['assets:read', 'admin'] }, 'scopes'],
])('a key of %j is refused by the field', async (terms, field) => {
  const body = { workspace_id: tenant.workspaceId, name: 'refused', ...terms }
  const refusal = await refusalIn(await postJson(operator, '/admin/keys', body))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: [field] })
  if (field === 'scopes' && !('mode' in terms))
    expect(refusal.message).toContain('assets:read, assets:write, assets:delete')
})

test('a workspace, a key or a successor of what is not there is not found', async () => {
  const asked = [
    postJson(operator, '/admin/keys', { workspace_id: 'ws_missing', name: 'k' }),
    operator.call('/admin/keys/key_missing'),
    operator.call('/admin/keys/key_missing', { method: 'DELETE' }),
    send(operator, '/admin/keys/key_missing/rotate'),
    operator.call('/admin/workspaces/ws_missing'),
    patch('ws_missing', { name: 'x' }),
    operator.call('/workspaces/ws_missing/usage'),
  ]
  for (const answer of asked)
    expect(await refusalIn(await answer)).toMatchObject({ status: 404, code: 'not_found' })
})

test('keys are listed newest first by pages, of one workspace or of all', async () => {
  const made = [
    await operator.madeKey(tenant.workspaceId),
    await operator.madeKey(tenant.workspaceId),
    await operator.madeKey(tenant.workspaceId),
  ].map(({ key_id }) => key_id)
  const list = (query: string) =>
    said<{ keys: ToldKey[]; meta: { next_cursor: string | null } }>(operator.call(`/admin/keys?${query}`))
  const own = `workspace_id=${tenant.workspaceId}`
  const first = await list(`${own}&limit=2`)
  const rest = await list(`${own}&limit=2&cursor=${first.meta.next_cursor}`)
  const ids = [...first.keys, ...rest.keys].map(({ key_id }) => key_id)
  expect(ids.slice(0, 3)).toEqual(made.toReversed())
  expect(rest.meta.next_cursor).toBeNull()
  expect((await list('limit=1')).keys).toMatchObject([{ key_id: made[2] }])
  const elsewhere = `workspace_id=${herbarium.workspaceId}&cursor=${first.meta.next_cursor}`
  expect(await refusalIn(await operator.call(`/admin/keys?${elsewhere}`))).toMatchObject({
    fields: ['cursor'],
  })
})

test('a key opens until it expires, and is told as expired from then on', async () => {
  const key = await operator.madeKey(tenant.workspaceId, { expires_at: clock.now() + HOUR_MS })
  expect(await opens(openedBy(key))).toBe(200)
  clock.advance(HOUR_MS)
  expect(await refusalIn(await openedBy(key).call('/assets'))).toMatchObject({
    status: 401,
    code: 'invalid_api_key',
  })
  expect(await operator.keyAt(key.key_id)).toMatchObject({ status: 'expired', revoked_at: null })
})

test('a revoked key opens nothing at once, and is revoked once', async () => {
  const key = await operator.madeKey(tenant.workspaceId)
  const revoke = () => operator.call(`/admin/keys/${key.key_id}`, { method: 'DELETE' })
  expect((await revoke()).status).toBe(204)
  expect(await opens(openedBy(key))).toBe(401)
  const told = await operator.keyAt(key.key_id)
  expect(told).toMatchObject({ status: 'revoked', revoked_at: expect.any(Number) })
  clock.advance(HOUR_MS)
  expect((await revoke()).status).toBe(204)
  expect(await operator.keyAt(key.key_id)).toEqual(told)
})

test('a key tells when it was used last, by itself or by an upload token; a stop forgets nothing', async () => {
  const [used, byToken, unused] = [
    await operator.madeKey(tenant.workspaceId),
    await operator.madeKey(tenant.workspaceId),
    await operator.madeKey(tenant.workspaceId),
  ]
  const { asset_id, upload } = await reserve(openedBy(byToken))
  clock.advance(HOUR_MS / 2)
  const before = clock.now()
  await opens(openedBy(used))
  await herbarium.tenantOf(upload.token, tenant.workspaceId).call(`/assets/${asset_id}`)
  await herbarium.restart()
  for (const { key_id } of [used, byToken])
    expect((await operator.keyAt(key_id)).last_used_at).toBeGreaterThanOrEqual(before)
  expect((await operator.keyAt(unused.key_id)).last_used_at).toBeNull()
})
