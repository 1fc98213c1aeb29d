// The event log from the street: by pages, by waiting, and as a stream.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openEventStream } from '../support/event-stream.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, putFile, retried, stored, until, uploaded } from '../support/uploads.ts'

interface Logged {
  id: string
  seq: number
  type: string
  asset_id: string
  actor_key_id: string | null
  data: Record<string, unknown>
}
interface LogPage {
  events: Logged[]
  meta: { next_after: number }
}

const DAY_MS = 86_400_000

let herbarium: RunningService
/** Has its log to itself. */
let tenant: Tenant
beforeAll(async () => {
  herbarium = await startService({ environment: { RATE_LIMIT: 'off' } })
})
beforeEach(async () => {
  tenant = await herbarium.newTenant()
})
afterAll(() => herbarium.close())

const page = async (query = '', by = tenant): Promise<LogPage> =>
  (await (await by.call(`/events${query}`)).json()) as LogPage

/** Until so many are in the log; on some databases they are numbered a moment after the answer. */
async function logOf(count: number): Promise<Logged[]> {
  for (let after = 0, events: Logged[] = []; ; ) {
    const next = await page(`?after=${after}&wait=10`)
    events = [...events, ...next.events]
    if (events.length >= count || next.events.length === 0) return events
    after = next.meta.next_after
  }
}

const stream = (query = '', headers: Record<string, string> = {}) =>
  openEventStream(`${herbarium.origin}/api/v1/events/stream${query}`, {
    authorization: `Bearer ${tenant.apiKey}`,
    ...headers,
  })

test('every change of an asset is in the log once, in order, with the key that caused it', async () => {
  const to = await reserve(tenant, { file_name: 'a.png' })
  const { asset_id, upload_url } = await retried(tenant, to.asset_id)
  expect((await putFile(herbarium, { upload_url }, await sampleBytes('i.png'))).status).toBe(204)
  await completed(tenant, asset_id)
  await tenant.call(`/assets/${asset_id}`, { method: 'DELETE' })
  const log = await logOf(5)
  expect(log.map(({ type }) => type)).toEqual([
    'asset.created',
    'asset.retried',
    'asset.uploaded',
    'asset.ready',
    'asset.deleted',
  ])
  expect(log.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
  expect(new Set(log.map(({ id }) => id)).size).toBe(5)
  expect(new Set(log.map(event => event.asset_id))).toEqual(new Set([asset_id]))
  expect(new Set(log.map(event => event.actor_key_id)).size).toBe(1)
  expect(log[0]?.actor_key_id).toMatch(/^key_/)
})

test('a log is its workspace’s own', async () => {
  const other = await herbarium.newTenant()
  await stored(tenant)
  await logOf(3)
  expect(await page('', other)).toEqual({ events: [], meta: { next_after: 0 } })
})

test('pages follow each other without a gap, and can be of some types alone', async () => {
  for (let n = 0; n < 3; n++) await stored(tenant)
  await logOf(9)
  const first = await page('?limit=4')
  const second = await page(`?limit=100&after=${first.meta.next_after}`)
  expect([...first.events, ...second.events].map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  const ready = await page('?types=asset.ready,asset.failed')
  expect(ready.events.map(({ type }) => type)).toEqual(['asset.ready', 'asset.ready', 'asset.ready'])
  expect(ready.meta.next_after).toBe(9)
})

test.each([
  ['after=-1', 'after'],
  ['after=x', 'after'],
  ['after=1', 'after'],
  ['types=asset.made', 'types'],
  ['limit=0', 'limit'],
  ['limit=1001', 'limit'],
  ['wait=51', 'wait'],
])('%s is refused, and the field is named', async (query, field) => {
  const response = await tenant.call(`/events?${query}`)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: { fields: [{ field: expect.stringContaining(field) }] },
  })
})

test('who waits is answered when something happens, and with nothing when the time is over', async () => {
  const began = performance.now()
  expect((await page('?wait=1')).events).toEqual([])
  expect(performance.now() - began).toBeGreaterThan(900)
  const waiting = page('?wait=30')
  await reserve(tenant)
  expect((await waiting).events).toMatchObject([{ type: 'asset.created', seq: 1 }])
})

test('an asset is answered as soon as it has left pending_upload', async () => {
  const to = await uploaded(herbarium)
  const waiting = herbarium.call(`/assets/${to.asset_id}?wait=30`)
  await completed(herbarium, to.asset_id)
  expect(await (await waiting).json()).toMatchObject({ status: 'ready' })
  const still = await reserve(herbarium)
  const answer = await herbarium.call(`/assets/${still.asset_id}?wait=1`)
  expect(await answer.json()).toMatchObject({ status: 'pending_upload' })
})

test('a stream tells what happens from now on, and goes on after the last event that was heard', async () => {
  await reserve(tenant)
  await logOf(1)
  const live = await stream()
  expect(live.response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const { asset_id } = await stored(tenant)
  const told = [await live.next(), await live.next(), await live.next()]
  live.close()
  expect(told.map(({ event }) => event)).toEqual(['asset.created', 'asset.uploaded', 'asset.ready'])
  expect(told.map(({ id }) => id)).toEqual(['2', '3', '4'])
  expect(told.map(({ data }) => JSON.parse(data))).toMatchObject([{ asset_id }, { asset_id }, { asset_id }])
  const again = await stream('', { 'last-event-id': '2' })
  expect(await again.next()).toMatchObject({ id: '3' })
  again.close()
  const all = await stream('?after=0&types=asset.ready')
  expect(await all.next()).toMatchObject({ id: '4', event: 'asset.ready' })
  all.close()
})

test('a stream begins with where it is, so that who is cut off before the first event misses none', async () => {
  await reserve(tenant)
  await logOf(1)
  const headers = { authorization: `Bearer ${tenant.apiKey}` }
  const stop = new AbortController()
  const { body } = await fetch(`${herbarium.origin}/api/v1/events/stream`, { headers, signal: stop.signal })
  const first = await body?.pipeThrough(new TextDecoderStream()).getReader().read()
  stop.abort()
  expect(first?.value).toBe('retry: 2000\nid: 1\n\n')
})

test('a stream needs a key, and a number that the log has', async () => {
  const url = `${herbarium.origin}/api/v1/events/stream`
  expect((await fetch(url)).status).toBe(401)
  const headers = { authorization: `Bearer ${tenant.apiKey}` }
  for (const query of ['?after=7', '?after=x'])
    expect((await fetch(url + query, { headers })).status).toBe(400)
  expect((await fetch(url, { headers: { ...headers, 'last-event-id': 'x' } })).status).toBe(400)
})

test('hundreds of idle streams end when the service is asked to stop, and hold up nobody before', async () => {
  const own = await startService()
  const url = `${own.origin}/api/v1/events/stream`
  const headers = { authorization: `Bearer ${own.apiKey}` }
  const streams = await Promise.all(Array.from({ length: 200 }, () => openEventStream(url, headers)))
  await stored(own)
  for (const one of streams) expect(await one.next()).toMatchObject({ id: '1' })
  const began = performance.now()
  await own.close()
  expect(performance.now() - began).toBeLessThan(10_000)
})

test('a place in the log that is kept no more answers 410 and says where the log begins', async () => {
  const clock = createTestClock()
  const own = await startService({ world: { clock }, environment: { EVENTS_TTL_DAYS: '2' } })
  for (let n = 0; n < 3; n++) await reserve(own)
  await until(
    () => page('', own),
    ({ events }) => events.length === 3,
  )
  clock.advance(3 * DAY_MS)
  await own.service.sweep()
  const { events } = await page('', own)
  const oldest = events[0]?.seq ?? 0
  expect(oldest).toBeGreaterThanOrEqual(3)
  const headers = { authorization: `Bearer ${own.apiKey}` }
  for (const path of ['/events?after=0', '/events/stream?after=0']) {
    const answer = await fetch(`${own.origin}/api/v1${path}`, { headers })
    expect(answer.status).toBe(410)
    expect(await answer.json()).toMatchObject({
      error: { code: 'gone', message: expect.stringContaining(`after=${oldest - 1}`) },
    })
  }
  expect((await page(`?after=${oldest - 1}`, own)).events).toEqual(events)
  await own.close()
})
