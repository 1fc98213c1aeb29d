// Traces from the street: spans go to a collector by OTLP, go on with the client's trace, and hold nothing secret.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openEventStream } from '../support/event-stream.ts'
import { postJson, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type CollectedSpan, type Collector, startCollector } from '../support/start-collector.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type Receiver, startReceiver } from '../support/start-receiver.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { completed, stored, until } from '../support/uploads.ts'

let internet: Internet
let collector: Collector
let receiver: Receiver
let herbarium: RunningService
beforeAll(async () => {
  internet = await startInternet()
  collector = await startCollector()
  receiver = await startReceiver()
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=test')
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-collector-key=let-me-in')
  herbarium = await startTraced()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await herbarium.close()
  await receiver.close()
  await collector.close()
  await internet.close()
})

const startTraced = (environment: Record<string, string> = {}) =>
  startService({
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '20',
      WEBHOOK_ALLOW_HOSTS: 'localhost',
      ...internet.environment,
      ...environment,
    },
    world: { remote: internet.world },
  })

const SERVER = 2
const SPAN_ID = 'b7ad6b7169203331'
let traces = 0
/** A client's trace, and the header that says so. */
function clientTrace(flags = '01') {
  const traceId = (++traces).toString(16).padStart(32, 'a')
  return { traceId, headers: { traceparent: `00-${traceId}-${SPAN_ID}-${flags}` } }
}

const spansOf = (traceId: string) => collector.spans.filter(span => span.traceId === traceId)
/** All spans of a trace, once there is one of this name. */
const traced = (traceId: string, name: string) =>
  until(
    async () => spansOf(traceId),
    spans => spans.some(span => span.name === name),
  )
const namesOf = (spans: CollectedSpan[]) => new Set(spans.map(({ name }) => name))
const named = (spans: CollectedSpan[], name: string) => spans.find(span => span.name === name)

describe('A request', () => {
  test("goes on with the client's trace, and says who asks and what came of it", async () => {
    const { asset_id } = await stored(herbarium)
    const { traceId, headers } = clientTrace()
    const response = await herbarium.call(`/assets/${asset_id}`, { headers })
    const name = 'GET /api/v1/assets/:asset_id'
    const spans = await traced(traceId, name)
    const request = named(spans, name)
    expect(request).toMatchObject({
      parentId: SPAN_ID,
      kind: SERVER,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/api/v1/assets/:asset_id',
        'http.response.status_code': 200,
        'herbarium.request_id': response.headers.get('request-id'),
        'herbarium.workspace_id': herbarium.workspaceId,
        'herbarium.asset_id': asset_id,
      },
      resource: { 'service.name': 'herbarium', 'deployment.environment.name': 'test' },
    })
    expect(request?.attributes['herbarium.key_id']).toMatch(/^key_/)
    const [key] = spans.filter(span => span.name === 'keys.find_by_hash')
    expect(key).toMatchObject({
      parentId: request?.spanId,
      attributes: { 'db.operation.name': 'find_by_hash' },
    })
  })

  test('begins a trace where the client has none', async () => {
    await herbarium.call('/workspaces?limit=7')
    const spans = await until(
      async () => collector.spans.filter(span => span.name === 'GET /api/v1/workspaces'),
      found => found.length > 0,
    )
    expect(spans[0]?.parentId).toBe('')
  })

  test('is not told of where the client has decided so', async () => {
    const { traceId, headers } = clientTrace('00')
    await herbarium.call('/workspaces', { headers })
    const after = clientTrace()
    await herbarium.call('/workspaces', after)
    await traced(after.traceId, 'GET /api/v1/workspaces')
    expect(spansOf(traceId)).toEqual([])
  })
})

test('A stream of events is one span, however long it is read', async () => {
  const { traceId, headers } = clientTrace()
  const stream = await openEventStream(`${herbarium.origin}/api/v1/events/stream`, {
    ...headers,
    authorization: `Bearer ${herbarium.apiKey}`,
  })
  await stored(herbarium)
  await stream.next()
  stream.close()
  const spans = await traced(traceId, 'GET /api/v1/events/stream')
  expect(spans).toHaveLength(1)
})

describe('An upload', () => {
  test('is told of from its first byte to its verdict: received, looked into, stored, written', async () => {
    const { traceId, headers } = clientTrace()
    const reservation = await reserve(herbarium)
    const bytes = Buffer.concat([await sampleBytes('i.png'), Buffer.alloc(200_000)])
    const body = new Uint8Array(bytes)
    await herbarium.fetch(reservation.upload_url, { method: 'PUT', body, headers })
    await herbarium.call(`/assets/${reservation.asset_id}/complete`, { method: 'POST', headers })
    const complete = 'POST /api/v1/assets/:asset_id/complete'
    await traced(traceId, complete)
    const spans = await traced(traceId, 'PUT /uploads/:ticket')
    const upload = named(spans, 'PUT /uploads/:ticket')
    expect(upload?.attributes).toMatchObject({
      'herbarium.workspace_id': herbarium.workspaceId,
      'herbarium.asset_id': reservation.asset_id,
    })
    const needed = ['assets.find_upload', 'blobs.receive', 'blobs.commit', 'media.inspect', 'assets.save']
    expect([...namesOf(spans)]).toEqual(expect.arrayContaining([...needed, 'blobs.promote', complete]))
    const ids = new Set([SPAN_ID, ...spans.map(({ spanId }) => spanId)])
    for (const span of spans) expect(ids).toContain(span.parentId)
  })

  test('from a URL is told of, and the stranger is not', async () => {
    const asked: unknown[] = []
    internet.answer = async (request, response) => {
      asked.push(request.headers.traceparent)
      response.end(await sampleBytes('i.png'))
    }
    const { traceId, headers } = clientTrace()
    const url = internet.url('files.example.com', '/x.png?signature=kept-nowhere')
    await herbarium.call('/assets', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ source: url, workspace_id: herbarium.workspaceId }),
    })
    const spans = await traced(traceId, 'POST /api/v1/assets')
    expect([...namesOf(spans)]).toEqual(
      expect.arrayContaining(['jobs.run_fetch', 'remote.fetch', 'media.inspect']),
    )
    expect(asked).toEqual([undefined])
  })
})

describe('A webhook', () => {
  test('is told of the trace that its delivery is part of', async () => {
    const registered = await postJson(herbarium, '/webhooks', { url: receiver.url })
    const { webhook_id } = (await registered.json()) as { webhook_id: string }
    await stored(herbarium)
    const [first] = await receiver.until(3)
    const [, delivery = '', sender] =
      /^00-(\w{32})-(\w{16})-01$/.exec(String(first?.headers.traceparent)) ?? []
    expect(named(await traced(delivery, 'sender.post'), 'sender.post')?.spanId).toBe(sender)
    const { traceId, headers } = clientTrace()
    const again = `/webhooks/${webhook_id}/deliveries/${first?.told.id}/redeliver`
    await herbarium.call(again, { method: 'POST', headers })
    expect((await receiver.until(4)).at(-1)?.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-`))
  })
})

describe('All that is sent', () => {
  test('is sent with the headers that the collector wants', async () => {
    await until(
      async () => collector.headers,
      headers => headers.length > 0,
    )
    expect(collector.headers[0]).toMatchObject({ 'x-collector-key': 'let-me-in' })
  })

  test('holds no key, ticket, media token, name or source URL', async () => {
    const asset = await stored(herbarium, { file_name: 'secret-fern.png' })
    const reservation = await reserve(herbarium, { file_name: 'secret-moss.wav' })
    const { traceId, headers } = clientTrace()
    await herbarium.fetch(reservation.upload_url, {
      method: 'PUT',
      body: new Uint8Array(wavOf(200_000, 7)),
      headers,
    })
    await completed(herbarium, reservation.asset_id)
    await herbarium.fetch(asset.url ?? '', { headers })
    await herbarium.fetch(`${herbarium.origin}/api/v1/assets/not-an-id-but-a-secret`, { headers })
    await traced(traceId, 'GET /api/v1/assets/:asset_id')
    const ticket = new URL(reservation.upload_url).pathname.split('/').at(-1) ?? ''
    const mediaToken = new URL(asset.url ?? '').pathname.split('/')[2] ?? ''
    const sent = collector.bytes()
    const secrets = ['secret-fern', 'secret-moss', 'but-a-secret', 'kept-nowhere', 'let-me-in']
    for (const secret of [herbarium.apiKey, ticket, mediaToken, ...secrets])
      expect(sent.includes(secret)).toBe(false)
    expect(sent.includes(herbarium.workspaceId)).toBe(true)
  })

  test('is sent before the service ends, whatever the delay', async () => {
    const slow = await startTraced({ OTEL_BSP_SCHEDULE_DELAY: '600000' })
    const { traceId, headers } = clientTrace()
    await slow.call('/workspaces', { headers })
    await slow.close()
    expect(namesOf(spansOf(traceId))).toContain('GET /api/v1/workspaces')
  })

  test('is nothing where the variables do not ask for it', async () => {
    const silent = await startTraced({ OTEL_SDK_DISABLED: 'true' })
    const { traceId, headers } = clientTrace()
    await silent.call('/workspaces', { headers })
    await silent.close()
    expect(spansOf(traceId)).toEqual([])
  })

  test('is given up where nobody collects it, and requests go on', async () => {
    const lonely = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.9:9' })
    const { headers } = clientTrace()
    expect((await lonely.call('/workspaces', { headers })).status).toBe(200)
    const beganAt = performance.now()
    await lonely.close()
    expect(performance.now() - beganAt).toBeLessThan(10_000)
  })
})
