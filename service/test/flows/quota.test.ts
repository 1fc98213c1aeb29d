// A workspace's quota: held at reservation, while bytes arrive and at admission, by every door.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { createWorkspace } from '../../src/workspaces/create.ts'
import { formWith, postJson, reserve } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'

let herbarium: RunningService
let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
  herbarium = await startService({
    environment: { MAX_PENDING_PER_WORKSPACE: '3', ...internet.environment },
    world: { remote: internet.world },
  })
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})

async function tenantWith(quotaBytes: number): Promise<Tenant> {
  const { records, world } = herbarium.service
  const workspace = await createWorkspace(
    { workspaces: records.workspaces, ...world },
    { name: 'small', quotaBytes },
  )
  const { secret } = await createKey(
    { keys: records.keys, ...world },
    { workspaceId: workspace.id, name: 'k' },
  )
  return herbarium.tenantOf(secret, workspace.id)
}

const put = (url: string, bytes: Uint8Array) =>
  herbarium.fetch(url, { method: 'PUT', body: new Uint8Array(bytes) })

const OVER = { error: { code: 'insufficient_credits' } }

test('a promised size that does not fit is refused before a byte is sent', async () => {
  const tenant = await tenantWith(10_000)
  const body = { source: 'signed-url', workspace_id: tenant.workspaceId, file_size: 10_001 }
  const refused = await postJson(tenant, '/assets', body)
  expect(refused.status).toBe(402)
  expect(refused.headers.get('x-should-retry')).toBe('false')
  expect(await refused.json()).toMatchObject(OVER)
  expect((await postJson(tenant, '/assets', { ...body, file_size: 10_000 })).status).toBe(201)
})

test('bytes that outgrow the quota are stopped at the door, and nothing of them stays', async () => {
  const tenant = await tenantWith(10_000)
  const reservation = await reserve(tenant)
  const before = await herbarium.files()
  expect((await put(reservation.upload_url, wavOf(20_000))).status).toBe(402)
  expect(await herbarium.files()).toEqual(before)
  expect((await put(reservation.upload_url, wavOf(9_000))).status).toBe(204)
  expect(await tenant.client.assets.complete(reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('received bytes count before they are completed, and are counted once when they are replaced', async () => {
  const tenant = await tenantWith(10_000)
  const [first, second] = [await reserve(tenant), await reserve(tenant)]
  expect((await put(first.upload_url, wavOf(6_000))).status).toBe(204)
  expect((await put(second.upload_url, wavOf(6_000))).status).toBe(402)
  expect((await put(first.upload_url, wavOf(9_000, 2))).status).toBe(204)
  await tenant.client.assets.retry(first.asset_id)
  expect((await put(second.upload_url, wavOf(6_000))).status).toBe(204)
})

test('a direct upload that does not fit is refused and kept nowhere', async () => {
  const tenant = await tenantWith(10_000)
  const form = formWith(new Uint8Array(wavOf(20_000)))
  form.append('workspace_id', tenant.workspaceId)
  const before = await herbarium.files()
  const refused = await tenant.call('/assets', { method: 'POST', body: form })
  expect(refused.status).toBe(402)
  expect(await herbarium.files()).toEqual(before)
  expect((await tenant.client.assets.list()).assets).toEqual([])
})

test('a fetched file that does not fit fails its asset with that reason', async () => {
  const tenant = await tenantWith(10_000)
  internet.answer = (_request, response) => response.end(wavOf(20_000))
  const response = await postJson(tenant, '/assets', {
    source: internet.url(),
    workspace_id: tenant.workspaceId,
  })
  expect(await response.json()).toMatchObject({
    status: 'failed',
    failure_message: expect.stringContaining('quota'),
  })
})

test('as many uploads may be under way as the operator says, and one that ends makes room', async () => {
  const tenant = await tenantWith(1_000_000)
  const [first] = [await reserve(tenant), await reserve(tenant), await reserve(tenant)]
  const body = { source: 'signed-url', workspace_id: tenant.workspaceId }
  const refused = await postJson(tenant, '/assets', body)
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  await put(first.upload_url, wavOf(1_000))
  await tenant.client.assets.complete(first.asset_id)
  expect((await postJson(tenant, '/assets', body)).status).toBe(201)
})

test('uploads that ran at once and together outgrow the quota are not admitted until one makes room', async () => {
  const tenant = await tenantWith(10_000)
  const both = [await reserve(tenant), await reserve(tenant)]
  const goOn = Promise.withResolvers<void>()
  const sending = both.map(({ upload_url }, n) => {
    const wav = wavOf(6_000, n)
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(wav.subarray(0, 100))
        await goOn.promise
        controller.enqueue(wav.subarray(100))
        controller.close()
      },
    })
    return herbarium.fetch(upload_url, { method: 'PUT', body, duplex: 'half' })
  })
  const arriving = async () => (await herbarium.files()).filter(file => file.startsWith('incoming/'))
  await expect.poll(arriving).toHaveLength(2)
  goOn.resolve()
  expect((await Promise.all(sending)).map(({ status }) => status)).toEqual([204, 204])
  const [first, second] = both.map(({ asset_id }) => asset_id)
  const refused = await tenant.call(`/assets/${first}/complete`, { method: 'POST' })
  expect(refused.status).toBe(402)
  await tenant.client.assets.retry(second ?? '')
  expect(await tenant.client.assets.complete(first ?? '')).toMatchObject({ status: 'ready' })
})

test('a retry that opens an upload anew is held to the same bound as a reservation', async () => {
  const tenant = await tenantWith(1_000_000)
  const failed = await reserve(tenant)
  await put(failed.upload_url, Buffer.from('<html>'))
  expect(await tenant.client.assets.complete(failed.asset_id)).toMatchObject({ status: 'failed' })
  const open = [await reserve(tenant), await reserve(tenant), await reserve(tenant)]
  const refused = await tenant.call(`/assets/${failed.asset_id}/retry`, { method: 'POST' })
  expect(refused.status).toBe(429)
  const again = await tenant.call(`/assets/${open[0]?.asset_id}/retry`, { method: 'POST' })
  expect(again.status).toBe(200)
})
