// Idempotency keys on complete, retry, attach and delete: sent twice, done once, refused once.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/ground/clock.ts'
import { freePort } from '../support/free-port.ts'
import { refusalIn } from '../support/refusal-of.ts'
import {
  expectOneDone,
  expectReplay,
  isReplay,
  newKey,
  send,
  sendForm,
  twentyAtOnce,
} from '../support/replays.ts'
import { type AssetUpload, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, postFile, retried, stored, uploaded } from '../support/uploads.ts'

const HOUR_MS = 3_600_000

const clock = createTestClock()
let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  png = await sampleBytes('i.png')
  herbarium = await startService({ world: { clock }, environment: { PORT: String(await freePort()) } })
})
afterAll(() => herbarium.close())

interface Verb {
  method: string
  status: number
  /** A path of which the verb can be done once. */
  path(): Promise<string>
}

const attachPath = (assetId: string) => `/projects/${herbarium.projectId}/assets/${assetId}/attach`

const VERBS: [string, Verb][] = [
  [
    'complete',
    {
      method: 'POST',
      status: 200,
      path: async () => `/assets/${(await uploaded(herbarium)).asset_id}/complete`,
    },
  ],
  [
    'retry',
    { method: 'POST', status: 200, path: async () => `/assets/${(await reserve(herbarium)).asset_id}/retry` },
  ],
  [
    'attach',
    { method: 'POST', status: 201, path: async () => attachPath((await stored(herbarium)).asset_id) },
  ],
  [
    'delete',
    { method: 'DELETE', status: 204, path: async () => `/assets/${(await stored(herbarium)).asset_id}` },
  ],
]

test.each(VERBS)('%s is answered again with its status, request-id and body', async (_verb, verb) => {
  const { method, status } = verb
  const path = await verb.path()
  const [key, inBody] = [newKey(), newKey()]
  const first = await send(herbarium, path, { method, key })
  expect(first.status).toBe(status)
  await expectReplay(first, await send(herbarium, path, { method, key }))
  await expectReplay(first, await send(herbarium, path, { method, body: { idempotency_key: key } }))
  expect(isReplay(await send(herbarium, path, { method, key: inBody }))).toBe(false)
})

test.each(VERBS)('twenty times %s at once is done once, and all are told of it', async (_verb, verb) => {
  const { method, status } = verb
  const path = await verb.path()
  expectOneDone(await twentyAtOnce(herbarium.origin, herbarium, { method, path, key: newKey() }), status)
})

test.each(VERBS)('%s is remembered across a restart', async (_verb, verb) => {
  const { method } = verb
  const [path, key] = [await verb.path(), newKey()]
  const first = await send(herbarium, path, { method, key })
  await herbarium.restart()
  await expectReplay(first, await send(herbarium, path, { method, key }))
})

test.each(VERBS)('%s takes a key in header and body only where they agree', async (_verb, verb) => {
  const path = await verb.path()
  const differing = { method: verb.method, key: newKey(), body: { idempotency_key: newKey() } }
  expect(await refusalIn(await send(herbarium, path, differing))).toMatchObject({
    status: 400,
    fields: ['idempotency_key'],
  })
})

test('twenty retries with one key open one attempt: their instructions are the live ones', async () => {
  const old = await reserve(herbarium)
  const answers = await twentyAtOnce(herbarium.origin, herbarium, {
    path: `/assets/${old.asset_id}/retry`,
    key: newKey(),
  })
  const fresh = JSON.parse(answers[0]?.body ?? '') as Reservation
  expect((await postFile(herbarium, fresh, png)).status).toBe(204)
  expect(await completed(herbarium, old.asset_id)).toMatchObject({ status: 'ready' })
})

test('the replay of a retry shows its instructions, whatever has become of the asset', async () => {
  const { asset_id } = await reserve(herbarium)
  const [path, key] = [`/assets/${asset_id}/retry`, newKey()]
  const first = await send(herbarium, path, { key })
  await postFile(herbarium, await retried(herbarium, asset_id), png)
  await completed(herbarium, asset_id)
  const again = await expectReplay<Reservation>(first, await send(herbarium, path, { key }))
  expect(again.status).toBe('pending_upload')
})

test('the replay of a complete that failed says so, with its reason, after a retry has made it ready', async () => {
  const { asset_id } = await uploaded(herbarium, {}, await sampleBytes('html.png'))
  const [path, key] = [`/assets/${asset_id}/complete`, newKey()]
  const first = await send(herbarium, path, { key })
  const fresh = await retried(herbarium, asset_id)
  const pending = await expectReplay<AssetUpload>(first.clone(), await send(herbarium, path, { key }))
  expect(pending).toMatchObject({ status: 'failed', failure_message: expect.stringContaining('text/html') })
  await postFile(herbarium, fresh, png)
  expect((await completed(herbarium, asset_id)).status).toBe('ready')
  await expectReplay(first, await send(herbarium, path, { key }))
})

test('attach with a key makes one node, with another key another', async () => {
  const tenant = await herbarium.newTenant()
  const { project_id } = await tenant.client.projects.create({ name: 'p', workspace_id: tenant.workspaceId })
  const path = `/projects/${project_id}/assets/${(await stored(tenant)).asset_id}/attach`
  const key = newKey()
  for (const sent of [key, key, newKey(), key]) await send(tenant, path, { key: sent })
  expect((await tenant.client.projects.listNodes(project_id)).nodes).toHaveLength(2)
})

test('what a key made and someone deleted is not found, and is not made again', async () => {
  const key = newKey()
  const { asset_id } = (await (await sendForm(herbarium, png, { key })).json()) as AssetUpload
  await send(herbarium, `/assets/${asset_id}`, { method: 'DELETE' })
  const again = await sendForm(herbarium, png, { key })
  expect(isReplay(again)).toBe(false)
  expect(await refusalIn(again)).toMatchObject({ status: 404, code: 'not_found' })
})

/** Sends twice with one key, heals what was wrong in between, and expects the same refusal both times. */
async function expectKept(path: string, heal: () => Promise<unknown>, sending: { method?: string } = {}) {
  const key = newKey()
  const first = await send(herbarium, path, { ...sending, key })
  await heal()
  const second = await send(herbarium, path, { ...sending, key })
  const refusal = await refusalIn(first.clone())
  await expectReplay(first, second)
  expect(second.headers.get('x-should-retry')).toBe(refusal.shouldRetry)
  return refusal
}

test('a refusal is an answer too: the same key hears it again, though another would not', async () => {
  const unready = await reserve(herbarium)
  const path = attachPath(unready.asset_id)
  const refusal = await expectKept(path, async () => {
    await postFile(herbarium, unready, png)
    await completed(herbarium, unready.asset_id)
  })
  expect(refusal).toMatchObject({ status: 409, code: 'conflict', shouldRetry: 'false' })
  expect((await send(herbarium, path, { key: newKey() })).status).toBe(201)
})

test.each([
  ['retry of a ready asset', 409, async () => `/assets/${(await stored(herbarium)).asset_id}/retry`],
  ['complete without bytes', 409, async () => `/assets/${(await reserve(herbarium)).asset_id}/complete`],
  ['complete of a missing asset', 404, async () => '/assets/asset_missing/complete'],
])('%s is refused again the same way, across a restart', async (_what, status, pathOf) => {
  expect(await expectKept(await pathOf(), () => herbarium.restart())).toMatchObject({ status })
})

test('a refusal keeps the fields it named', async () => {
  const body = { source: 'signed-url', workspace_id: herbarium.workspaceId, folder: '../up' }
  const key = newKey()
  const first = await send(herbarium, '/assets', { key, body })
  expect(await refusalIn(first.clone())).toMatchObject({ status: 400, fields: ['folder'] })
  await expectReplay(first, await send(herbarium, '/assets', { key, body }))
  const other = await send(herbarium, '/assets', { key, body: { ...body, folder: 'up' } })
  expect(await refusalIn(other)).toMatchObject({ status: 422, code: 'idempotency_conflict' })
})

test('what the door refuses before the verb takes no key: the corrected request may use it', async () => {
  const key = newKey()
  const body = { source: 'signed-url', workspace_id: herbarium.workspaceId }
  expect((await send(herbarium, '/assets', { key, body: { ...body, unknown: 1 } })).status).toBe(400)
  expect((await send(herbarium, '/assets', { key, body })).status).toBe(201)
})

test('a conflict that can heal is not kept: the same key is answered anew', async () => {
  const reservation = await reserve(herbarium)
  const path = `/assets/${reservation.asset_id}/complete`
  const key = newKey()
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const sending = fetch(reservation.upload_url, { method: 'PUT', body: readable, duplex: 'half' })
  await writer.write(new Uint8Array(png.subarray(0, 100)))
  const isArriving = async () => (await herbarium.files()).some(file => file.startsWith('incoming/'))
  await expect.poll(isArriving).toBe(true)
  const early = await refusalIn(await send(herbarium, path, { key }))
  expect(early).toMatchObject({ status: 409, shouldRetry: null })
  await writer.write(new Uint8Array(png.subarray(100)))
  await writer.close()
  expect((await sending).status).toBe(204)
  const healed = await send(herbarium, path, { key })
  expect(await healed.json()).toMatchObject({ status: 'ready' })
  expect(isReplay(healed)).toBe(false)
})

test('a complete that answered pending is not kept: the same key hears how it ended', async () => {
  const neverWaits: Clock = {
    ...systemClock,
    delay: (ms, signal) => (ms === 0 ? Promise.resolve() : systemClock.delay(ms, signal)),
  }
  const impatient = await startService({
    world: { clock: neverWaits },
    environment: { COMPLETE_WAIT_SECONDS: '0' },
  })
  try {
    const path = `/assets/${(await uploaded(impatient)).asset_id}/complete`
    const key = newKey()
    const first = await send(impatient, path, { key })
    expect(await first.json()).toMatchObject({ status: 'pending_upload' })
    let last = await send(impatient, path, { key })
    for (; ((await last.clone().json()) as AssetUpload).status !== 'ready'; ) {
      expect(isReplay(last)).toBe(false)
      last = await send(impatient, path, { key })
    }
    expect(isReplay(last)).toBe(false)
    await expectReplay(last, await send(impatient, path, { key }))
  } finally {
    await impatient.close()
  }
})

test('a sweep forgets keys, refusals and notes a day after they were made, and no sooner', async () => {
  const { asset_id } = await stored(herbarium)
  const key = newKey()
  await send(herbarium, attachPath(asset_id), { key })
  const known = await send(herbarium, '/assets/asset_missing/retry', { key: newKey() })
  expect(known.status).toBe(404)
  clock.advance(23 * HOUR_MS)
  await herbarium.service.sweep()
  expect(isReplay(await send(herbarium, attachPath(asset_id), { key }))).toBe(true)
  clock.advance(HOUR_MS + 1000)
  expect((await herbarium.service.sweep()).requestsForgotten).toBeGreaterThanOrEqual(3)
  expect((await herbarium.service.sweep()).requestsForgotten).toBe(0)
  expect(isReplay(await send(herbarium, attachPath(asset_id), { key }))).toBe(false)
})
