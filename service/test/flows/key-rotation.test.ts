// Rotation: a successor beside the old key for a while, so that nobody is shut out.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type NewKey, type Operator, operatorOf } from '../support/operator.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { send } from '../support/replays.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, putFile, stored } from '../support/uploads.ts'

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

const opens = async (holder: Tenant) => (await holder.call('/assets')).status

test('after a rotation both keys open the same, until the overlap is over', async () => {
  const old = await operator.madeKey(tenant.workspaceId, {
    name: 'backend',
    scopes: ['assets:read', 'assets:write'],
  })
  const now = clock.now()
  const successor = await operator.rotated(old.key_id, { overlap_seconds: 3600 })
  expect(successor).toMatchObject({
    name: 'backend',
    workspace_id: tenant.workspaceId,
    scopes: ['assets:read', 'assets:write'],
    mode: 'live',
    expires_at: null,
    replaces: { key_id: old.key_id },
  })
  expect(successor.replaces.ends_at).toBeGreaterThanOrEqual(now + HOUR_MS)
  expect(await operator.keyAt(old.key_id)).toMatchObject({
    status: 'active',
    expires_at: successor.replaces.ends_at,
    replaced_by: successor.key_id,
  })
  const { asset_id } = await stored(openedBy(old))
  expect((await openedBy(successor).call(`/assets/${asset_id}`)).status).toBe(200)
  clock.advance(HOUR_MS + 1000)
  expect(await opens(openedBy(old))).toBe(401)
  expect(await opens(openedBy(successor))).toBe(200)
})

test('without a word the overlap is a day, and never longer than the old key would have lived', async () => {
  const [endless, short] = [
    await operator.madeKey(tenant.workspaceId),
    await operator.madeKey(tenant.workspaceId, { expires_at: clock.now() + HOUR_MS }),
  ]
  const now = clock.now()
  expect((await operator.rotated(endless.key_id)).replaces.ends_at - now).toBeGreaterThanOrEqual(DAY_MS)
  const successor = await operator.rotated(short.key_id)
  expect(successor.replaces.ends_at).toBe(short.expires_at)
  const life = (successor.expires_at ?? 0) - clock.now()
  expect(life).toBeGreaterThan(HOUR_MS - 60_000)
  expect(life).toBeLessThanOrEqual(HOUR_MS)
})

test('without an overlap the old key is revoked by its rotation', async () => {
  const old = await operator.madeKey(tenant.workspaceId)
  const successor = await operator.rotated(old.key_id, { overlap_seconds: 0 })
  expect(await opens(openedBy(old))).toBe(401)
  expect(await opens(openedBy(successor))).toBe(200)
  expect(await operator.keyAt(old.key_id)).toMatchObject({ status: 'revoked', replaced_by: successor.key_id })
})

test('a key is rotated once, and not once it is revoked or has expired', async () => {
  const [replaced, revoked, expired] = [
    await operator.madeKey(tenant.workspaceId),
    await operator.madeKey(tenant.workspaceId),
    await operator.madeKey(tenant.workspaceId, { expires_at: clock.now() + 1000 }),
  ]
  const successor = await operator.rotated(replaced.key_id)
  await operator.call(`/admin/keys/${revoked.key_id}`, { method: 'DELETE' })
  clock.advance(1000)
  for (const [key, reason] of [
    [replaced, successor.key_id],
    [revoked, 'is revoked'],
    [expired, 'is expired'],
  ] as const) {
    const refusal = await refusalIn(await send(operator, `/admin/keys/${key.key_id}/rotate`))
    expect(refusal).toMatchObject({ status: 409, code: 'conflict', shouldRetry: 'false' })
    expect(refusal.message).toContain(reason)
  }
})

test('of ten rotations at once one makes a successor', async () => {
  const { key_id } = await operator.madeKey(tenant.workspaceId)
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => send(operator, `/admin/keys/${key_id}/rotate`)),
  )
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses).toEqual([200, ...Array(9).fill(409)])
})

test.each([-1, 90 * 86_400 + 1, 1.5, 'PT1H'])('an overlap of %j is refused', async overlap_seconds => {
  const { key_id } = await operator.madeKey(tenant.workspaceId)
  const answer = await send(operator, `/admin/keys/${key_id}/rotate`, { body: { overlap_seconds } })
  expect(await refusalIn(answer)).toMatchObject({ status: 400, fields: ['overlap_seconds'] })
})

test('an upload that the old key reserved is completed by its token while the overlap lasts', async () => {
  const old = await operator.madeKey(tenant.workspaceId)
  const reservation = await reserve(openedBy(old))
  await operator.rotated(old.key_id, { overlap_seconds: 3600 })
  await putFile(herbarium, reservation, await sampleBytes('i.png'))
  const holder = herbarium.tenantOf(reservation.upload.token, tenant.workspaceId)
  expect(await completed(holder, reservation.asset_id)).toMatchObject({ status: 'ready' })
})
