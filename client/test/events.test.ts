// The log of changes, followed: live, from a place, over connections that break, and to its end.
import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { samplePath, wavOf } from '../../service/test/support/samples.ts'
import { startCuttingProxy } from '../../service/test/support/start-cutting-proxy.ts'
import { startServerBehindProxy } from '../../service/test/support/start-server-behind-proxy.ts'
import { type RunningService, startService, type Tenant } from '../../service/test/support/start-service.ts'
import { type AssetEvent, type Client, createClient, type EventsOptions } from '../src/index.ts'

vi.setConfig({ testTimeout: 60_000 }) // the waits before another try add up

let herbarium: RunningService
/** Has its log to itself. */
let tenant: Tenant
let client: Client
beforeAll(async () => {
  herbarium = await startService({ environment: { RATE_LIMIT: 'off' } })
})
beforeEach(async () => {
  tenant = await herbarium.newTenant()
  client = clientAt(herbarium.origin)
})
afterAll(() => herbarium.close())

const clientAt = (origin: string, apiKey = tenant.apiKey) =>
  createClient({ baseUrl: `${origin}/api/v1`, apiKey })

const stored = (by = client) => by.upload({ path: samplePath('i.png') })

interface Following {
  told: AssetEvent[]
  connections: boolean[]
  stop(): void
  ended: Promise<void>
}

/** Resolves once the stream is open; ends with the test. */
async function follow(by: Client, options: EventsOptions = {}): Promise<Following> {
  const stop = new AbortController()
  const told: AssetEvent[] = []
  const connections: boolean[] = []
  const ended = (async () => {
    const onConnection = (isOpen: boolean) => connections.push(isOpen)
    for await (const event of by.events({ ...options, signal: stop.signal, onConnection })) told.push(event)
  })()
  onTestFinished(() => {
    stop.abort()
    return ended
  })
  await vi.waitFor(() => expect(connections).toEqual([true]), { timeout: 10_000 })
  return { told, connections, stop: () => stop.abort(), ended }
}

const soon = (expectation: () => unknown) => vi.waitFor(expectation, { timeout: 30_000 })

test('what happens from now on is told in order, as the API has it, until the signal ends it without an error', async () => {
  await stored()
  const { told, stop, ended } = await follow(client)
  const { asset_id } = await stored()
  await soon(() => expect(told).toHaveLength(3))
  stop()
  await ended
  expect(told.map(({ seq, type }) => [seq, type])).toEqual([
    [4, 'asset.created'],
    [5, 'asset.uploaded'],
    [6, 'asset.ready'],
  ])
  expect(told.at(-1)).toEqual({
    id: expect.stringMatching(/^evt_/),
    seq: 6,
    type: 'asset.ready',
    created_at: expect.any(Number),
    workspace_id: tenant.workspaceId,
    asset_id,
    attempt: 1,
    actor_key_id: expect.stringMatching(/^key_/),
    data: expect.objectContaining({ sha256: expect.any(String) }),
  })
})

test('a loop that is left closes its connection, and another goes on after the last event', async () => {
  await stored()
  let last = 0
  for await (const { seq } of client.events({ after: 0 })) {
    last = seq
    if (seq === 2) break
  }
  for await (const { seq, type } of client.events({ after: last, types: ['asset.ready', 'asset.deleted'] })) {
    expect([seq, type]).toEqual([3, 'asset.ready'])
    break
  }
})

test('a stream that is aborted before it begins, or while it is quiet, ends', async () => {
  for (const signal of [AbortSignal.abort(), AbortSignal.timeout(300)])
    for await (const event of client.events({ signal })) throw new Error(`${event.type} did not happen`)
})

test('pages follow each other, and a reader who has all can wait for more', async () => {
  await stored()
  const first = await client.readEvents({ limit: 2 })
  expect(first.events.map(({ seq }) => seq)).toEqual([1, 2])
  const rest = await client.readEvents({ after: first.meta.next_after, types: ['asset.ready'] })
  expect(rest.events.map(({ seq }) => seq)).toEqual([3])
  const waiting = client.readEvents({ after: rest.meta.next_after, waitSeconds: 30 })
  await client.reserve()
  expect((await waiting).events).toMatchObject([{ seq: 4, type: 'asset.created' }])
})

test('connections that are cut again and again lose nothing and tell nothing twice', async () => {
  const proxy = await startCuttingProxy(Number(new URL(herbarium.origin).port), {
    everyBytes: Number.POSITIVE_INFINITY,
    serverSees: 'end',
  })
  onTestFinished(() => proxy.close())
  const { told, connections } = await follow(clientAt(proxy.origin))
  const losses = () => connections.filter(isOpen => !isOpen).length
  const cut = async () => {
    const before = losses()
    proxy.breakAll()
    await soon(() => expect(losses()).toBeGreaterThan(before))
  }
  await cut() // before there was any event: the place is known all the same
  await stored()
  for (let n = 0; n < 4; n++) {
    await soon(() => expect(connections.at(-1)).toBe(true))
    await Promise.all([stored(), stored(), cut()])
    await stored()
  }
  await soon(() => expect(told.length).toBeGreaterThanOrEqual(39))
  expect(told.map(({ seq }) => seq)).toEqual(Array.from({ length: 39 }, (_, n) => n + 1))
  expect(losses()).toBeGreaterThanOrEqual(5)
})

test('a server that is killed and comes back is followed on, and its last words are not lost', async () => {
  const place = await startServerBehindProxy({ everyBytes: Number.POSITIVE_INFINITY, serverSees: 'end' })
  onTestFinished(() => place.close())
  const by = clientAt(place.proxy.origin, place.apiKey)
  const { told, connections } = await follow(by)
  await stored(by)
  await place.killAndStart()
  await stored(by)
  await soon(() => expect(told).toHaveLength(6))
  expect(told.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
  expect(connections.at(-1)).toBe(true)
})

test('a place that the log no longer has, or never had, ends it with an error that says what to do', async () => {
  await stored()
  const next = (after: number) => client.events({ after }).next()
  await expect(next(99)).rejects.toMatchObject({ code: 'input_validation_error', status: 400 })
  await forgetAll()
  await expect(next(0)).rejects.toMatchObject({
    code: 'gone',
    status: 410,
    canRetry: false,
    message: expect.stringMatching(/read on with after=\d+, and list the assets/),
  })
  await expect(client.readEvents({ after: 0 })).rejects.toMatchObject({ code: 'gone' })
})

/** As the sweep does after EVENTS_DAYS, but for all that is there now. */
const forgetAll = () => herbarium.service.records.events.forget(Date.now() + 1, 1000)

test('a key that is none, a token and a page instead of the API end it at once', async () => {
  const baseUrl = `${herbarium.origin}/api/v1`
  const next = (by: Client) => by.events().next()
  await expect(next(createClient({ baseUrl, apiKey: 'sk_live_wrong' }))).rejects.toMatchObject({
    status: 401,
  })
  await expect(next(createClient({ baseUrl }))).rejects.toMatchObject({ code: 'unauthorized' })
  const server = createServer((_request, response) => response.end('<!doctype html>'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  await expect(next(clientAt(`http://127.0.0.1:${port}`))).rejects.toMatchObject({
    code: 'unknown_error',
    message: expect.stringContaining('check baseUrl'),
  })
})

test('an asset that is waited for is answered as soon as it is ready, by one request', async () => {
  let asked = 0
  const waiting = createClient({
    baseUrl: `${herbarium.origin}/api/v1`,
    apiKey: tenant.apiKey,
    fetch: (url, init) => {
      asked += 1
      return fetch(url, init)
    },
  })
  const reservation = await client.reserve()
  const ready = waiting.waitUntilReady(reservation.asset_id)
  await new Promise(resolve => setTimeout(resolve, 1_500)) // longer than between two looks
  const wav = new File([wavOf(100_000, 1)], 'late.wav')
  await client.upload(wav, { reservation })
  expect(await ready).toMatchObject({ asset_id: reservation.asset_id, status: 'ready' })
  expect(asked).toBe(1)
})
