// Test keys: a workspace apart from the live one, in which nothing stays.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { refusalIn } from '../support/refusal-of.ts'
import { send } from '../support/replays.ts'
import { type AssetUpload, postJson, reserve } from '../support/reserve.ts'
import { runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { testTenantOf } from '../support/test-tenant.ts'
import { directForm, postAsset, stored, uploaded } from '../support/uploads.ts'

const DAY_MS = 86_400_000
const GIB = 1024 ** 3

const clock = createTestClock()
let internet: Internet
let herbarium: RunningService
let live: Tenant
/** Tests what `live` is. */
let tester: Tenant
let png: Buffer
beforeAll(async () => {
  internet = await startInternet()
  herbarium = await startService({
    environment: { ...internet.environment, RATE_LIMIT: 'off' },
    world: { remote: internet.world, clock },
  })
  png = await sampleBytes('i.png')
  internet.answer = (_request, response) => response.end(png)
})
beforeEach(async () => {
  live = await herbarium.newTenant()
  tester = await testTenantOf(herbarium, live)
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})

const workspaces = () => herbarium.service.records.workspaces.list()
const hourOf = (asset: Pick<AssetUpload, 'delete_at'>) => Date.parse(asset.delete_at ?? '')
const patch = (assetId: string, body: object) => send(tester, `/assets/${assetId}`, { method: 'PATCH', body })

test('the command makes a key, and with the first one the workspace it works in', async () => {
  const args = ['key', 'create', '--test', '--workspace', live.workspaceId, '--name', 'CI']
  const [first, second] = [
    await runJson(args, herbarium.environment),
    await runJson(args, herbarium.environment),
  ]
  expect(first.api_key).toMatch(/^sk_test_[\w-]{43}$/)
  expect(first).toMatchObject({ name: 'CI', workspace_id: tester.workspaceId })
  expect(second).toMatchObject({ workspace_id: tester.workspaceId })
  const own = (await workspaces()).filter(({ testOf }) => testOf === live.workspaceId)
  expect(own).toMatchObject([{ mode: 'test', name: 'other (test)', quotaBytes: GIB }])
  const ofSpace = ['key', 'create', '--workspace', tester.workspaceId]
  const refused = await runHerbarium(ofSpace, herbarium.environment)
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--test') })
  expect(await runJson([...ofSpace, '--test'], herbarium.environment)).toMatchObject({
    workspace_id: tester.workspaceId,
  })
})

test('keys that are made at once share one workspace', async () => {
  const other = await herbarium.newTenant()
  const tenants = await Promise.all(Array.from({ length: 8 }, () => testTenantOf(herbarium, other)))
  expect(new Set(tenants.map(({ workspaceId }) => workspaceId)).size).toBe(1)
  expect(new Set(tenants.map(({ apiKey }) => apiKey)).size).toBe(8)
  expect((await workspaces()).filter(({ testOf }) => testOf === other.workspaceId)).toHaveLength(1)
})

test('neither sees what the other has', async () => {
  const [mine, theirs] = [await stored(tester), await stored(live)]
  for (const [tenant, foreign, own] of [
    [tester, theirs, mine],
    [live, mine, theirs],
  ] as const) {
    expect(await refusalIn(await tenant.call(`/assets/${foreign.asset_id}`))).toMatchObject({ status: 404 })
    expect((await tenant.client.assets.list()).assets).toMatchObject([{ asset_id: own.asset_id }])
  }
  expect(await (await tester.call('/workspaces')).json()).toMatchObject({
    workspaces: [{ workspace_id: tester.workspaceId, name: 'other (test)' }],
  })
  const foreign = { source: 'signed-url', workspace_id: live.workspaceId }
  expect(await refusalIn(await postJson(tester, '/assets', foreign))).toMatchObject({ status: 403 })
})

const SAID: [string, Record<string, unknown>, number][] = [
  ['nothing', {}, DAY_MS],
  ['standard', { retention: 'standard' }, DAY_MS],
  ['a minute', { retention: 'ephemeral', delete_after_seconds: 60 }, 60_000],
  ['a week', { retention: 'ephemeral', delete_after_seconds: 604_800 }, DAY_MS],
]
test.each(SAID)('with %s said, what a test key makes goes within a day', async (_, said, lifeMs) => {
  const fields = Object.entries(said).map(([name, value]) => [name, String(value)])
  const bodies = { source: 'signed-url', workspace_id: tester.workspaceId, ...said }
  const answers = [
    await postJson(tester, '/assets', bodies),
    await postJson(tester, '/assets', { ...bodies, source: internet.url() }),
    await postAsset(tester, directForm(tester, png, Object.fromEntries(fields))),
  ]
  for (const answer of answers) {
    const asset = (await answer.json()) as AssetUpload
    expect(asset.retention).toBe('ephemeral')
    expect(Math.abs(hourOf(asset) - clock.now() - lifeMs)).toBeLessThan(20_000)
  }
})

test('it cannot be pinned, then or later, nor be made older than a day', async () => {
  const body = { source: 'signed-url', workspace_id: tester.workspaceId, retention: 'pinned' }
  expect(await refusalIn(await postJson(tester, '/assets', body))).toMatchObject({
    status: 400,
    fields: ['retention'],
  })
  const asset = await reserve(tester)
  expect(await refusalIn(await patch(asset.asset_id, { retention: 'pinned' }))).toMatchObject({
    status: 400,
    fields: ['retention'],
  })
  clock.advance(DAY_MS / 2)
  const changed = await patch(asset.asset_id, { retention: 'standard' })
  expect(await changed.json()).toMatchObject({ retention: 'ephemeral', delete_at: asset.delete_at })
})

test('a day later nothing of it is left, and what is live is there', async () => {
  const kept = await stored(live)
  await herbarium.service.sweep()
  const before = await herbarium.files()
  await stored(tester)
  await uploaded({ ...herbarium, ...tester })
  await reserve(tester)
  clock.advance(DAY_MS + 1000)
  await herbarium.service.sweep()
  expect((await tester.client.assets.list()).assets).toEqual([])
  expect(await herbarium.service.records.assets.usage(tester.workspaceId)).toEqual({
    quotaBytes: GIB,
    usedBytes: 0,
    openAttempts: 0,
  })
  expect((await herbarium.fetch(kept.url)).status).toBe(200)
  expect((await herbarium.files()).length).toBeLessThanOrEqual(before.length)
})
