// What an operator sees of a service: figures for Prometheus on a port of their own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEventStream } from '../support/event-stream.ts'
import { reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type Scrape, scrape } from '../support/scrape.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { CLOSED_AFTER_MS } from '../support/test-bytes.ts'
import { createTestClock } from '../support/test-clock.ts'
import { begun, tusDelete } from '../support/tus.ts'
import { completed, putFile, stored, until } from '../support/uploads.ts'
import { head, openWire } from '../support/wire.ts'

const TTL_SECONDS = 60
const MB = 1_000_000

const clock = createTestClock()
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({
    world: { clock },
    environment: { METRICS_PORT: '0', UPLOAD_TTL_SECONDS: String(TTL_SECONDS) },
  })
})
afterAll(() => herbarium.close())

const look = () => scrape(herbarium.service.metricsUrl)
const DOOR = { route: '/uploads/:ticket' }

/** By how much a figure grows while something is done. */
async function growth(act: () => Promise<unknown>) {
  const before = await look()
  await act()
  const after = await look()
  return (...what: Parameters<Scrape['value']>) => (after.value(...what) ?? 0) - (before.value(...what) ?? 0)
}

describe('Requests', () => {
  test('are counted and timed by route, method and class of status', async () => {
    const { asset_id } = await stored(herbarium)
    const grown = await growth(async () => {
      for (let n = 0; n < 3; n++) await herbarium.call(`/assets/${asset_id}`)
      await herbarium.call('/assets/asset_nowhere')
    })
    const count = 'herbarium_http_request_duration_seconds_count'
    const route = '/api/v1/assets/:asset_id'
    expect(grown(count, { method: 'GET', route, status: '2xx' })).toBe(3)
    expect(grown(count, { method: 'GET', route, status: '4xx' })).toBe(1)
    expect(grown('herbarium_http_request_duration_seconds_sum', { route })).toBeGreaterThan(0)
  })

  test('are counted with the bytes that an upload brings and a delivery takes', async () => {
    const bytes = wavOf(3 * MB, 1)
    const reservation = await reserve(herbarium)
    const sent = await growth(() => putFile(herbarium, reservation, bytes))
    expect(sent('herbarium_http_received_bytes_total', DOOR)).toBeGreaterThanOrEqual(bytes.length)
    expect(sent('herbarium_http_received_bytes_total', DOOR)).toBeLessThan(bytes.length + 10_000)
    const { url } = await completed(herbarium, reservation.asset_id)
    const media = {
      route:
        new URL(url ?? '').pathname.split('/').length > 3
          ? '/media/:media_token/:name'
          : '/media/:media_token',
    }
    const taken = await growth(async () => (await herbarium.fetch(url ?? '')).arrayBuffer())
    expect(taken('herbarium_http_sent_bytes_total', media)).toBeGreaterThanOrEqual(bytes.length)
    expect(taken('herbarium_http_sent_bytes_total', media)).toBeLessThan(bytes.length + 10_000)
  })

  test('are counted while they go on, and when they are cut off', async () => {
    const bytes = wavOf(4 * MB, 2)
    const { upload_url } = await reserve(herbarium)
    const wire = await openWire(herbarium.origin)
    const inFlight = (figures: Scrape) => figures.value('herbarium_http_requests_in_flight', DOOR)
    const received = (figures: Scrape) => figures.value('herbarium_http_received_bytes_total', DOOR) ?? 0
    const before = await look()
    await wire.write(head(`PUT ${new URL(upload_url).pathname}`, { 'content-length': bytes.length }))
    await wire.write(bytes.subarray(0, MB))
    const during = await until(look, figures => received(figures) - received(before) >= MB)
    expect(inFlight(during)).toBe(1)
    expect(during.value('herbarium_uploads_in_flight')).toBe(1)
    wire.cut()
    const after = await until(look, figures => inFlight(figures) === 0)
    expect(received(after) - received(before)).toBeLessThan(MB + 10_000)
    const cutOff = { ...DOOR, method: 'PUT', status: 'none' }
    expect(after.value('herbarium_http_request_duration_seconds_count', cutOff)).toBe(1)
    await until(look, figures => figures.value('herbarium_uploads_in_flight') === 0)
  })

  test('that were sent ahead on a connection which then broke are under way no more', async () => {
    const wire = await openWire(herbarium.origin)
    const one = head('GET /api/v1/events/stream', {
      authorization: `Bearer ${herbarium.apiKey}`,
      'content-length': 0,
    })
    const route = { route: '/api/v1/events/stream' }
    const open = async () => (await look()).value('herbarium_http_requests_in_flight', route)
    await wire.write(one + one + one)
    await until(open, count => count === 3)
    wire.cut()
    await until(open, count => count === 0)
  })

  test('that follow events are under way for as long as they do', async () => {
    const stream = await openEventStream(`${herbarium.origin}/api/v1/events/stream`, {
      authorization: `Bearer ${herbarium.apiKey}`,
    })
    const open = async () =>
      (await look()).value('herbarium_http_requests_in_flight', { route: '/api/v1/events/stream' })
    expect(await open()).toBe(1)
    stream.close()
    await until(open, count => count === 0)
  })
})

describe('Uploads', () => {
  const uploads = 'herbarium_uploads_total'

  test('are counted once by what became of them, failed ones with their reason', async () => {
    const grown = await growth(async () => {
      await stored(herbarium)
      const kept = await reserve(herbarium)
      await putFile(herbarium, kept, await sampleBytes('i.png'))
      await completed(herbarium, kept.asset_id)
      const faulty = await reserve(herbarium)
      await putFile(herbarium, faulty, Buffer.from('not a picture'))
      await completed(herbarium, faulty.asset_id)
      await tusDelete(herbarium, (await begun(herbarium, 1000)).upload_url)
      await reserve(herbarium)
      clock.advance(TTL_SECONDS * 1000 + CLOSED_AFTER_MS + 1)
      await herbarium.service.sweep()
    })
    expect(grown(uploads, { outcome: 'ready', reason: '', transport: 'direct' })).toBe(1)
    expect(grown(uploads, { outcome: 'ready', reason: '', transport: 'put' })).toBe(1)
    expect(grown(uploads, { outcome: 'failed', reason: 'unsupported_type', transport: 'put' })).toBe(1)
    expect(grown(uploads, { outcome: 'cancelled', transport: 'tus' })).toBe(1)
    expect(grown(uploads, { outcome: 'expired' })).toBeGreaterThanOrEqual(1)
  })

  test('are told of by the writes, syncs and looks that they take', async () => {
    const grown = await growth(async () => {
      const reservation = await reserve(herbarium)
      await putFile(herbarium, reservation, wavOf(2 * MB, 3))
      await completed(herbarium, reservation.asset_id)
      await stored(herbarium, {}, await sampleBytes('i.png'))
    })
    const calls = (port: string, operation: string) =>
      grown('herbarium_port_call_duration_seconds_count', { port, operation, outcome: 'ok' })
    expect(calls('assets', 'save')).toBeGreaterThan(0)
    expect(calls('blobs', 'receive')).toBe(calls('blobs', 'commit'))
    expect(calls('blobs', 'commit')).toBeGreaterThan(0)
    expect(calls('blobs', 'promote')).toBe(2)
    expect(calls('media', 'inspect')).toBeGreaterThan(0)
    expect(calls('keys', 'find_by_hash')).toBeGreaterThan(0)
  })
})

describe('The process', () => {
  test('tells whether it can serve, what waits, and how it does', async () => {
    const figures = await look()
    expect(figures.value('herbarium_ready')).toBe(1)
    expect(figures.value('herbarium_info')).toBe(1)
    expect(figures.value('herbarium_verifications_in_flight')).toBe(0)
    expect(figures.value('herbarium_jobs_due')).toBe(0)
    expect(figures.value('herbarium_jobs_oldest_due_seconds')).toBe(0)
    expect(figures.value('herbarium_pool_tasks', { state: 'waiting' })).toBe(0)
    expect(figures.value('herbarium_data_disk_free_bytes')).toBeGreaterThan(0)
    expect(figures.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
    expect(figures.value('process_resident_memory_bytes')).toBeGreaterThan(0)
    const connections = figures.value('herbarium_database_connections')
    if (process.env.HERBARIUM_TEST_ROWS === 'postgres') expect(connections).toBeGreaterThan(0)
    else expect(connections).toBeUndefined()
  })

  test('tells no id, no name and nothing that opens a door', async () => {
    const asset = await stored(herbarium, { file_name: 'secret-fern.png' })
    const reservation = await reserve(herbarium)
    await putFile(herbarium, reservation, await sampleBytes('i.png'))
    await herbarium.fetch(asset.url ?? '')
    const { text } = await look()
    const ticket = new URL(reservation.upload_url).pathname.split('/').at(-1) ?? ''
    const mediaToken = new URL(asset.url ?? '').pathname.split('/')[2] ?? ''
    const ids = [asset.asset_id, herbarium.workspaceId, herbarium.projectId]
    for (const secret of [herbarium.apiKey, ticket, mediaToken, 'secret-fern', ...ids])
      expect(text).not.toContain(secret)
  })
})

describe('The port', () => {
  test('answers GET /metrics and nothing else', async () => {
    const url = herbarium.service.metricsUrl ?? ''
    const asked = [
      fetch(url, { method: 'POST' }),
      fetch(new URL('/', url)),
      fetch(new URL('/api/v1/assets', url)),
    ]
    for (const answer of asked) expect((await answer).status).toBe(404)
    expect((await fetch(url)).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect((await herbarium.fetch(`${herbarium.origin}/metrics`)).status).toBe(404)
  })

  test('closes with the service, and is not opened unless it is asked for', async () => {
    const silent = await startService()
    expect(silent.service.metricsUrl).toBeUndefined()
    await silent.close()
    const told = await startService({ environment: { METRICS_PORT: '0' } })
    const url = told.service.metricsUrl
    await scrape(url)
    await told.close()
    await expect(scrape(url)).rejects.toThrow('fetch failed')
  })
})
