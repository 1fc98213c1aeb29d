// Webhooks from the street: endpoints are told of every event, signed as FLORA signs, in order, and at least once.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { postJson, reserve } from '../support/reserve.ts'
import { type Receiver, startReceiver } from '../support/start-receiver.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { stored, until } from '../support/uploads.ts'

interface Hook {
  webhook_id: string
  secret: string
  status: string
  disabled_reason: string | null
  told_up_to: number
}
interface Told {
  delivery_id: string
  event_id: string
  seq: number
  state: string
  tries: number
  status: number | null
  error: string | null
}

let herbarium: RunningService
let tenant: Tenant
let receiver: Receiver
beforeAll(async () => {
  herbarium = await startService({ environment: { WEBHOOK_ALLOW_HOSTS: 'localhost', RATE_LIMIT: 'off' } })
})
beforeEach(async () => {
  tenant = await herbarium.newTenant()
  receiver = await startReceiver()
})
afterEach(() => receiver.close())
afterAll(() => herbarium.close())

const register = async (url: string, said: object = {}, by = tenant): Promise<Hook> => {
  const response = await postJson(by, '/webhooks', { url, ...said })
  expect(response.status).toBe(201)
  return (await response.json()) as Hook
}

const at = ({ webhook_id }: Hook, below = '') => `/webhooks/${webhook_id}${below}`

const hookNow = async (hook: Hook): Promise<Hook> => (await (await tenant.call(at(hook))).json()) as Hook

const deliveriesOf = async (hook: Hook): Promise<Told[]> => {
  const { deliveries } = (await (await tenant.call(at(hook, '/deliveries'))).json()) as { deliveries: Told[] }
  return deliveries
}

test('the official client verifies a delivery, and its headers say the same as its body', async () => {
  const hook = await register(receiver.url)
  expect(hook.secret).toMatch(/^whsec_.{43}$/)
  const { asset_id } = await stored(tenant)
  const [first] = await receiver.until(3)
  const { headers, body = '' } = first ?? {}
  const event = await tenant.client.webhooks.unwrap(body, headers as Record<string, string>, hook.secret)
  expect(event).toMatchObject({
    id: headers?.['flora-webhook-id'],
    type: headers?.['flora-event'],
    created_at: expect.any(Number),
    data: { asset_id, seq: 1, workspace_id: tenant.workspaceId },
  })
  await expect(
    tenant.client.webhooks.unwrap(`${body} `, headers as Record<string, string>, hook.secret),
  ).rejects.toThrow()
})

test('each event is told once and in order, and what came of it is kept', async () => {
  const hook = await register(receiver.url)
  for (let n = 0; n < 4; n++) await stored(tenant)
  const received = await receiver.until(12)
  expect(received.map(({ told }) => told.data.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  expect(new Set(received.map(({ told }) => told.id)).size).toBe(12)
  const deliveries = await until(
    () => deliveriesOf(hook),
    found => found.length === 12,
  )
  expect(deliveries.map(({ seq }) => seq)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
  expect(
    deliveries.every(({ state, status, tries }) => state === 'delivered' && status === 200 && tries === 1),
  ).toBe(true)
})

test('an endpoint hears only of the types it asked for, and of nothing before it was registered', async () => {
  await stored(tenant)
  await until(
    async () => (await (await tenant.call('/events')).json()) as { events: unknown[] },
    ({ events }) => events.length === 3,
  )
  const hook = await register(receiver.url, { types: ['asset.ready'] })
  await stored(tenant)
  await stored(tenant)
  const received = await receiver.until(2)
  expect(received.map(({ told }) => told.type)).toEqual(['asset.ready', 'asset.ready'])
  await until(
    () => hookNow(hook),
    ({ told_up_to }) => told_up_to === 9,
  )
  expect(received).toHaveLength(2)
})

test('a secret is never told again, and stands in no row as it is', async () => {
  const hook = await register(receiver.url)
  const listed = await (await tenant.call('/webhooks')).text()
  expect(listed).toContain(hook.webhook_id)
  expect(listed).not.toContain('whsec_')
  const found = await herbarium.service.records.webhooks.find(hook.webhook_id)
  expect(JSON.stringify(found)).not.toContain(hook.secret)
})

test('during a rotation both secrets verify, and without an overlap only the new one', async () => {
  const hook = await register(receiver.url)
  const rotated = (await (await postJson(tenant, at(hook, '/rotate'), {})).json()) as Hook
  await reserve(tenant)
  const [first] = await receiver.until(1)
  for (const { secret } of [hook, rotated])
    await tenant.client.webhooks.unwrap(first?.body ?? '', first?.headers as Record<string, string>, secret)
  const last = (await (await postJson(tenant, at(hook, '/rotate'), { overlap_seconds: 0 })).json()) as Hook
  await reserve(tenant)
  const [, second] = await receiver.until(2)
  const unwrapped = (secret: string) =>
    tenant.client.webhooks.unwrap(second?.body ?? '', second?.headers as Record<string, string>, secret)
  await unwrapped(last.secret)
  await expect(unwrapped(rotated.secret)).rejects.toThrow()
})

test('an endpoint that fails is tried again, and holds up no other', async () => {
  const other = await startReceiver()
  receiver.status = 500
  const failing = await register(receiver.url)
  await register(other.url)
  await stored(tenant)
  await other.until(3)
  await receiver.until(1)
  const [retrying] = await until(
    () => deliveriesOf(failing),
    found => found.length > 0,
  )
  expect(retrying).toMatchObject({ seq: 1, state: 'retrying', status: 500, error: 'It answered 500.' })
  expect(await hookNow(failing)).toMatchObject({ status: 'failing', told_up_to: 0 })
  receiver.status = 200
  const told = await receiver.until(4)
  expect(told.map(({ told: { data } }) => data.seq)).toEqual([1, 1, 2, 3])
  expect(told[1]?.told.id).toBe(told[0]?.told.id)
  await other.close()
})

test('an endpoint that redirects has not taken a delivery, and one that answers 410 wants no more', async () => {
  receiver.status = 302
  const hook = await register(receiver.url)
  await reserve(tenant)
  await until(
    () => deliveriesOf(hook),
    ([first]) => first?.status === 302 && first.state === 'retrying',
  )
  receiver.status = 410
  await until(
    () => hookNow(hook),
    ({ status }) => status === 'disabled',
  )
  expect(await hookNow(hook)).toMatchObject({ disabled_reason: expect.stringContaining('410') })
  receiver.status = 200
  const before = receiver.received.length
  await postJson(tenant, at(hook, '/enable'), {})
  const told = await receiver.until(before + 1)
  expect(told.at(-1)?.told.data.seq).toBe(1)
})

test('one delivery can be asked for again, and keeps its id', async () => {
  const hook = await register(receiver.url)
  await reserve(tenant)
  const [first] = await receiver.until(1)
  const again = `/deliveries/${first?.told.id}/redeliver`
  const answer = await until(
    () => postJson(tenant, at(hook, again), {}),
    ({ status }) => status === 200,
  )
  expect(await answer.json()).toMatchObject({ state: 'delivered', tries: 2 })
  const told = await receiver.until(2)
  expect(told[1]?.told).toEqual(told[0]?.told)
})

test('what a webhook was told is gone with it', async () => {
  const hook = await register(receiver.url)
  await reserve(tenant)
  await receiver.until(1)
  expect((await tenant.call(at(hook), { method: 'DELETE' })).status).toBe(204)
  for (const path of [at(hook), at(hook, '/deliveries')]) expect((await tenant.call(path)).status).toBe(404)
  await reserve(tenant)
  await new Promise(resolve => setTimeout(resolve, 300))
  expect(receiver.received).toHaveLength(1)
})

test('webhooks of others are as if they were not there', async () => {
  const hook = await register(receiver.url)
  const stranger = await herbarium.newTenant()
  expect((await stranger.call(at(hook))).status).toBe(404)
  expect((await stranger.call(at(hook), { method: 'DELETE' })).status).toBe(404)
  expect((await postJson(stranger, at(hook, '/rotate'), {})).status).toBe(404)
  expect(await (await stranger.call('/webhooks')).json()).toEqual({ webhooks: [] })
})

test.each([
  ['http://example.com/', 'https'],
  ['https://127.0.0.1/', 'public'],
  ['https://10.0.0.1/', 'public'],
  ['https://[::1]/', 'public'],
  ['https://user:pass@example.com/', 'password'],
  ['https://example.com:8080/', 'port'],
  ['ftp://localhost/', 'understood'],
  ['hooks', 'understood'],
])('%s is refused when it is registered', async (url, why) => {
  const response = await postJson(tenant, '/webhooks', { url })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: { fields: [{ field: 'url', message: expect.stringContaining(why) }] },
  })
})

test('a name that leads inside later on is refused at each send', async () => {
  const addresses = { now: ['93.184.216.34'] }
  const own = await startService({ world: { remote: { resolve: async () => addresses.now } } })
  const hook = await register('https://example.com/', {}, own)
  addresses.now = ['10.0.0.1']
  await reserve(own)
  const found = await until(
    async () => (await (await own.call(at(hook, '/deliveries'))).json()) as { deliveries: Told[] },
    ({ deliveries }) => deliveries.length === 1,
  )
  expect(found.deliveries[0]).toMatchObject({
    state: 'retrying',
    status: null,
    error: expect.stringContaining('public'),
  })
  await own.close()
})

test('a restart goes on where it was', async () => {
  const own = await startService({ environment: { WEBHOOK_ALLOW_HOSTS: 'localhost' } })
  receiver.status = 0
  await register(receiver.url, {}, own)
  await stored(own)
  await receiver.until(1)
  receiver.status = 200
  await own.restart()
  const told = await receiver.until(4)
  expect(told.map(({ told: { data } }) => data.seq)).toEqual([1, 1, 2, 3])
  await own.close()
})
