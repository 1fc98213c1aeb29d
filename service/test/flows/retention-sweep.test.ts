// Ephemeral assets at their hour: the sweep deletes them as their owner would, and nothing else.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { send } from '../support/replays.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { stored, uploaded } from '../support/uploads.ts'

const HOUR_MS = 3_600_000
const EPHEMERAL = { retention: 'ephemeral', delete_after_seconds: 3600 }
const IN_A_FORM = { retention: 'ephemeral', delete_after_seconds: '3600' }

const clock = createTestClock()
let herbarium: RunningService
/** Has its workspace to itself. */
let tenant: Tenant
let png: Buffer
beforeAll(async () => {
  herbarium = await startService({ environment: { RATE_LIMIT: 'off' }, world: { clock } })
  png = await sampleBytes('i.png')
})
beforeEach(async () => {
  tenant = await herbarium.newTenant()
})
afterAll(() => herbarium.close())

const patched = async (assetId: string, body: object): Promise<void> => {
  expect((await send(tenant, `/assets/${assetId}`, { method: 'PATCH', body })).status).toBe(200)
}
const eventsOf = async (assetId: string) =>
  (await herbarium.rows.all('events')).filter(event => event.asset_id === assetId)
const passHour = () => clock.advance(HOUR_MS + 1000)

test('an ephemeral asset is deleted with its bytes in whatever state, and the others stay', async () => {
  const own: RunningService = { ...herbarium, ...tenant }
  const before = await herbarium.files()
  const going = [
    await stored(tenant, IN_A_FORM),
    await stored(tenant, IN_A_FORM, Buffer.from('words')),
    await reserve(tenant, EPHEMERAL),
    await uploaded(own, EPHEMERAL),
  ]
  const kept = [await stored(tenant), await stored(tenant, { retention: 'pinned' })]
  await patched((await reserve(tenant, EPHEMERAL)).asset_id, { retention: 'standard' })
  expect((await herbarium.service.sweep()).assetsDeleted).toBe(0)
  passHour()
  expect((await herbarium.service.sweep()).assetsDeleted).toBe(going.length)
  for (const { asset_id, url } of going) {
    expect((await tenant.call(`/assets/${asset_id}`)).status).toBe(404)
    expect((await herbarium.fetch(url)).status).toBe(404)
  }
  for (const { url } of kept) expect((await herbarium.fetch(url)).status).toBe(200)
  expect(await herbarium.service.records.assets.count(tenant.workspaceId)).toBe(3)
  expect(await herbarium.files()).toHaveLength(before.length + kept.length)
})

test('its deletion is told once, by nobody’s key, with the reason', async () => {
  const { asset_id } = await stored(tenant, IN_A_FORM)
  passHour()
  const reports = await Promise.all(Array.from({ length: 4 }, () => herbarium.service.sweep()))
  expect(reports.reduce((sum, { assetsDeleted }) => sum + assetsDeleted, 0)).toBe(1)
  const told = (await eventsOf(asset_id)).filter(({ type }) => type === 'asset.deleted')
  expect(told).toMatchObject([
    { actor_key_id: null, data: JSON.stringify({ status: 'ready', reason: 'retention' }) },
  ])
})

test('more than one batch goes in one sweep', async () => {
  await Promise.all(Array.from({ length: 60 }, () => reserve(tenant, EPHEMERAL)))
  passHour()
  expect((await herbarium.service.sweep()).assetsDeleted).toBe(60)
  expect(await herbarium.service.records.assets.usage(tenant.workspaceId)).toMatchObject({
    openAttempts: 0,
  })
})

test('an upload that is under way is stopped as by DELETE, and leaves nothing', async () => {
  const files = await herbarium.files()
  const reservation = await reserve(tenant, { retention: 'ephemeral', delete_after_seconds: 60 })
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const sending = fetch(reservation.upload_url, { method: 'PUT', body: readable, duplex: 'half' })
  await writer.write(new Uint8Array(png.subarray(0, 100)))
  await expect.poll(() => herbarium.files()).toHaveLength(files.length + 1)
  clock.advance(61_000)
  expect((await herbarium.service.sweep()).assetsDeleted).toBe(1)
  await writer.write(new Uint8Array(png.subarray(100))).catch(() => undefined)
  await writer.close().catch(() => undefined)
  expect((await sending).status).toBe(409)
  await expect.poll(() => herbarium.files()).toEqual(files)
})
