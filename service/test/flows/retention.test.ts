// How long assets are kept: for good, until their hour, or pinned, whichever way they were made.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { MAX_LIFE_SECONDS } from '../../src/assets/retention.ts'
import type { assetDetail } from '../../src/http/schemas.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { expectReplay, newKey, send } from '../support/replays.ts'
import { type AssetUpload, postJson, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, directForm, postAsset, putFile, retried, stored } from '../support/uploads.ts'

type Detail = z.output<typeof assetDetail>

const HOUR_SECONDS = 3600
const EPHEMERAL = { retention: 'ephemeral', delete_after_seconds: HOUR_SECONDS }
const IN_A_FORM = { retention: 'ephemeral', delete_after_seconds: String(HOUR_SECONDS) }

const clock = createTestClock()
let internet: Internet
let herbarium: RunningService
/** Has its workspace to itself. */
let tenant: Tenant
let png: Buffer
beforeAll(async () => {
  internet = await startInternet()
  herbarium = await startService({
    environment: { ...internet.environment, RATE_LIMIT: 'off' },
    world: { remote: internet.world, clock },
  })
  png = await sampleBytes('i.png')
})
beforeEach(async () => {
  tenant = await herbarium.newTenant()
  internet.answer = (_request, response) => response.end(png)
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})

const remove = (assetId: string) => tenant.call(`/assets/${assetId}`, { method: 'DELETE' })
const patch = (assetId: string, body: object, key?: string) =>
  send(tenant, `/assets/${assetId}`, { method: 'PATCH', body, ...(key === undefined ? {} : { key }) })
const patched = async (assetId: string, body: object): Promise<Detail> => {
  const response = await patch(assetId, body)
  expect(response.status).toBe(200)
  return (await response.json()) as Detail // checked against the document by the tenant's fetch
}
const found = async (assetId: string): Promise<Detail> =>
  (await (await tenant.call(`/assets/${assetId}`)).json()) as Detail // likewise
const eventsOf = async (assetId: string) =>
  (await herbarium.rows.all('events')).filter(event => event.asset_id === assetId)

type Said = Record<string, unknown>
/** Each way to make an asset, with what is said of it. */
const WAYS: [string, (said: Said) => Promise<Response>][] = [
  ['reserved', said => postJson(tenant, '/assets', { ...sourced('signed-url'), ...said })],
  ['fetched from a URL', said => postJson(tenant, '/assets', { ...sourced(internet.url()), ...said })],
  [
    'sent directly',
    said => {
      const fields = Object.entries(said).map(([name, value]) => [name, String(value)])
      return postAsset(tenant, directForm(tenant, png, Object.fromEntries(fields)))
    },
  ],
]
const sourced = (source: string) => ({ source, workspace_id: tenant.workspaceId })

async function inBatch(said: Said) {
  const body = { workspace_id: tenant.workspaceId, assets: [{}, said] }
  const { results } = (await (await postJson(tenant, '/assets/batch', body)).json()) as {
    results: { status: number; asset?: AssetUpload; error?: { fields: { field: string }[] } }[]
  }
  return results[1]
}

describe('At its creation', () => {
  test.each(WAYS)(
    'an asset that is %s is kept for good, for a time or pinned, as is said',
    async (_, make) => {
      const from = clock.now()
      for (const [said, retention] of [
        [{}, 'standard'],
        [{ retention: 'standard' }, 'standard'],
        [{ retention: 'pinned' }, 'pinned'],
        [EPHEMERAL, 'ephemeral'],
      ] as const) {
        const response = await make(said)
        expect(response.status).toBe(201)
        const asset = (await response.json()) as AssetUpload
        expect(asset.retention).toBe(retention)
        const shown = await found(asset.asset_id)
        expect([shown.retention, shown.delete_at]).toEqual([asset.retention, asset.delete_at])
        const hour = asset.delete_at === null ? null : Date.parse(asset.delete_at)
        if (retention !== 'ephemeral') expect(hour).toBeNull()
        else expect(Math.abs((hour ?? 0) - from - HOUR_SECONDS * 1000)).toBeLessThan(20_000)
      }
    },
  )

  const WRONG: [string, Said, string][] = [
    ['an hour without ephemeral', { delete_after_seconds: 60 }, 'delete_after_seconds'],
    ['an hour for a pinned one', { ...EPHEMERAL, retention: 'pinned' }, 'delete_after_seconds'],
    ['ephemeral without an hour', { retention: 'ephemeral' }, 'delete_after_seconds'],
    ['59 seconds', { ...EPHEMERAL, delete_after_seconds: 59 }, 'delete_after_seconds'],
    [
      'more than a year',
      { ...EPHEMERAL, delete_after_seconds: MAX_LIFE_SECONDS + 1 },
      'delete_after_seconds',
    ],
    ['half a second', { ...EPHEMERAL, delete_after_seconds: 60.5 }, 'delete_after_seconds'],
    ['another word', { retention: 'forever' }, 'retention'],
  ]
  test.each(WRONG)('%s is refused by the name of the field, on every way', async (_, said, field) => {
    for (const [, make] of WAYS)
      expect(await refusalIn(await make(said))).toMatchObject({ status: 400, fields: [field] })
    const { status, error } = (await inBatch(said)) ?? {}
    expect([status, error?.fields.map(fault => fault.field)]).toEqual([400, [`assets.1.${field}`]])
    const asset = await stored(tenant)
    const change = { retention: 'standard', ...said }
    expect(await refusalIn(await patch(asset.asset_id, change))).toMatchObject({
      status: 400,
      fields: [field],
    })
  })

  test('each of a batch is kept as is said of it', async () => {
    expect(await inBatch({ retention: 'pinned' })).toMatchObject({ asset: { retention: 'pinned' } })
    expect(await inBatch(EPHEMERAL)).toMatchObject({
      asset: { retention: 'ephemeral', delete_at: expect.any(String) },
    })
  })

  test('a dry run says how it would be kept', async () => {
    const body = { source: 'signed-url', workspace_id: tenant.workspaceId, ...EPHEMERAL }
    const dry = await postJson(tenant, '/assets?dry_run=true', body)
    expect(await dry.json()).toMatchObject({ would: { asset: { retention: 'ephemeral' } } })
  })
})

describe('A change of it', () => {
  test('counts from then, is told by an event, and leaves the asset as it is otherwise', async () => {
    const { asset_id } = await stored(tenant, IN_A_FORM)
    const before = await found(asset_id)
    clock.advance(600_000)
    const pinned = await patched(asset_id, { retention: 'pinned' })
    expect(pinned).toEqual({ ...before, retention: 'pinned', delete_at: null })
    const late = await patched(asset_id, { retention: 'ephemeral', delete_after_seconds: 60 })
    expect(Math.abs(Date.parse(late.delete_at ?? '') - clock.now() - 60_000)).toBeLessThan(5_000)
    const told = (await eventsOf(asset_id)).filter(({ type }) => type === 'asset.updated')
    expect(told.map(({ data }) => JSON.parse(String(data)))).toEqual([
      { retention: 'pinned', delete_after: null },
      { retention: 'ephemeral', delete_after: Date.parse(late.delete_at ?? '') },
    ])
    expect(told[0]?.actor_key_id).toMatch(/^key_/)
  })

  test('is done once under one key', async () => {
    const { asset_id } = await stored(tenant)
    const key = newKey()
    const body = { retention: 'ephemeral', delete_after_seconds: 90 }
    const first = await patch(asset_id, body, key)
    clock.advance(5_000)
    await expectReplay(first, await patch(asset_id, body, key))
    expect(await refusalIn(await patch(asset_id, { retention: 'pinned' }, key))).toMatchObject({
      status: 422,
    })
    expect((await eventsOf(asset_id)).filter(({ type }) => type === 'asset.updated')).toHaveLength(1)
  })

  test('of twenty at once is one after the other, and the last one holds', async () => {
    const { asset_id } = await reserve(tenant)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => patch(asset_id, n % 2 ? EPHEMERAL : { retention: 'pinned' })),
    )
    for (const { status } of answers) expect([200, 409]).toContain(status)
    const told = (await eventsOf(asset_id)).filter(({ type }) => type === 'asset.updated')
    expect(told).toHaveLength(answers.filter(({ status }) => status === 200).length)
    const { retention } = JSON.parse(String(told.at(-1)?.data))
    expect(await found(asset_id)).toMatchObject({ retention })
  })

  test('of a missing asset finds nothing, and an upload token may not make it', async () => {
    expect(await refusalIn(await patch('asset_nobody', { retention: 'pinned' }))).toMatchObject({
      status: 404,
    })
    const { asset_id, upload } = await reserve(tenant)
    const holder = herbarium.tenantOf(upload.token, tenant.workspaceId)
    const asked = send(holder, `/assets/${asset_id}`, { method: 'PATCH', body: { retention: 'pinned' } })
    expect(await refusalIn(await asked)).toMatchObject({ status: 403 })
  })

  test('lasts through a retry, a completion, and the answer to a repeated request', async () => {
    const key = newKey()
    const said = { ...sourced('signed-url'), retention: 'pinned' }
    const first = await send(tenant, '/assets', { key, body: said })
    const { asset_id } = (await first.clone().json()) as AssetUpload
    await expectReplay(first, await send(tenant, '/assets', { key, body: said }))
    const again = await retried(tenant, asset_id)
    expect(again.retention).toBe('pinned')
    const ephemeral = await patched(asset_id, EPHEMERAL)
    await putFile(herbarium, again, png)
    expect(await completed(tenant, asset_id)).toMatchObject({
      status: 'ready',
      retention: 'ephemeral',
      delete_at: ephemeral.delete_at,
    })
  })

  test('of an asset whose URL is being fetched does not stop the fetch', async () => {
    const goOn = Promise.withResolvers<void>()
    internet.answer = async (_request, response) => {
      response.write(png.subarray(0, 100))
      await goOn.promise
      response.end(png.subarray(100))
    }
    const creating = postJson(tenant, '/assets', sourced(internet.url()))
    const pending = await expect
      .poll(async () => (await tenant.client.assets.list()).assets)
      .toHaveLength(1)
      .then(() => tenant.client.assets.list())
    const assetId = pending.assets[0]?.asset_id ?? ''
    await patched(assetId, { retention: 'pinned' })
    goOn.resolve()
    expect((await creating).status).toBe(201)
    await expect
      .poll(() => found(assetId), { timeout: 10_000 })
      .toMatchObject({ status: 'ready', retention: 'pinned' })
  })
})

test('a pinned asset is not deleted until it is unpinned, and the refusal says how', async () => {
  const { asset_id, url } = await stored(tenant, { retention: 'pinned' })
  const refusal = await refusalIn(await remove(asset_id))
  expect(refusal).toMatchObject({ status: 409, code: 'conflict', shouldRetry: 'false' })
  expect(refusal.message).toContain('PATCH')
  expect((await herbarium.fetch(url)).status).toBe(200)
  await patched(asset_id, { retention: 'standard' })
  expect((await remove(asset_id)).status).toBe(204)
})
