// Promise 10, bounded: no input of a client is answered with a 5xx, hangs, or keeps others from their answer. Every
// operation of the OpenAPI document is sent malformed ids, bodies, headers, queries and methods: a new one cannot be
// forgotten. At length: flows/responses, flows/assets-create-bodies, units/multipart, and fuzz/.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Malformed, malformedFor } from '../support/malformed.ts'
import { filled, type Operation, operationsOf } from '../support/operations.ts'
import { holderOf } from '../support/operator.ts'
import { rawRequest } from '../support/raw-request.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { reserve } from '../support/reserve.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'
import { head, openWire, speak } from '../support/wire.ts'

let herbarium: RunningService
let operations: Operation[]
/** May do everything, so that nothing is refused before it is looked at. */
let apiKey: string
/** Is administered by whatever is sent. */
let other: Tenant
let spareKeyId: string
beforeAll(async () => {
  herbarium = await startService({
    environment: { RATE_LIMIT: 'off', MAX_PENDING_PER_WORKSPACE: '100000' },
  })
  operations = await operationsOf(herbarium.origin)
  apiKey = (await holderOf(herbarium, '*', 'admin')).apiKey
  other = await herbarium.newTenant()
  spareKeyId = (await herbarium.service.records.keys.list(other.workspaceId))[0]?.id ?? ''
})
afterAll(async () => {
  expect((await fetch(`${herbarium.origin}/healthz`)).status).toBeLessThan(500)
  expect((await stored(herbarium)).status).toBe('ready')
  await herbarium.close()
})

/** Sends it to an asset of its own, with the key: all else is right. */
async function send(operation: Operation, { part, query, headers = {}, body, method }: Malformed) {
  const isOfUpload = /asset_id|ticket/.test(operation.path)
  const to = isOfUpload ? await reserve(herbarium) : undefined
  const right = {
    asset_id: to?.asset_id ?? '',
    project_id: herbarium.projectId,
    ticket: to?.upload_url.split('/uploads/')[1] ?? '',
    workspace_id: operation.path.endsWith('/usage') ? herbarium.workspaceId : other.workspaceId,
    key_id: spareKeyId,
  }
  const path = part === undefined ? filled(operation.path, right) : operation.path.replace(/\{[^}]+\}/g, part)
  const authorization = `Bearer ${apiKey}`
  return rawRequest(herbarium.origin, query === undefined ? path : `${path}?${query}`, {
    method: method ?? operation.method,
    headers: { authorization, ...headers },
    body: body === undefined ? undefined : Buffer.from(body),
  })
}

const BATCH = 16

test('no operation answers anything malformed with a 5xx, or with a body of another shape', async () => {
  let sent = 0
  for (const operation of operations) {
    const all = malformedFor(operation)
    for (let at = 0; at < all.length; at += BATCH)
      await Promise.all(
        all.slice(at, at + BATCH).map(async malformed => {
          sent++
          const answer = await send(operation, malformed)
          const what = `${operation.method} ${operation.path} ${JSON.stringify(malformed).slice(0, 300)}`
          expect(answer.status, what).toBeLessThan(500)
          expect(answer.headers['request-id'], what).toMatch(/^req_/)
          if (answer.status >= 400 && answer.body.length > 0 && malformed.method !== 'HEAD')
            await refusalIn(new Response(new Uint8Array(answer.body), { status: answer.status }))
        }),
      )
  }
  expect(sent).toBeGreaterThan(1500)
}, 120_000)

describe('What is no request at all is refused or hung up on:', () => {
  const auth = () => ({ authorization: `Bearer ${herbarium.apiKey}` })
  const spoken: [string, () => string][] = [
    ['nonsense', () => 'nonsense\r\n\r\n'],
    ['no host', () => 'GET /api/v1/assets HTTP/1.1\r\n\r\n'],
    ['another version', () => 'GET / HTTP/9.9\r\nhost: a\r\n\r\n'],
    ['two lengths', () => head('POST /api/v1/assets', { ...auth(), 'content-length': ['1', '2'] })],
    [
      'a length and chunks',
      () =>
        `${head('POST /api/v1/assets', { ...auth(), 'content-length': 3, 'transfer-encoding': 'chunked' })}0\r\n\r\n`,
    ],
    ['a length below zero', () => head('POST /api/v1/assets', { ...auth(), 'content-length': -1 })],
    [
      'a chunk of no size',
      () => `${head('POST /api/v1/assets', { ...auth(), 'transfer-encoding': 'chunked' })}zz\r\n\r\n`,
    ],
    ['a folded header', () => 'GET /api/v1/assets HTTP/1.1\r\nhost: a\r\na: b\r\n c\r\n\r\n'],
    ['a NUL in a header', () => 'GET /api/v1/assets HTTP/1.1\r\nhost: a\r\na: \0\r\n\r\n'],
    ['a header of 256 KB', () => head('GET /api/v1/assets', { ...auth(), a: 'x'.repeat(262_144) })],
    ['five thousand headers', () => `GET / HTTP/1.1\r\nhost: a\r\n${'a: b\r\n'.repeat(5000)}\r\n`],
    ['a target of 256 KB', () => head(`GET /api/v1/assets?query=${'x'.repeat(262_144)}`, auth())],
    ['a target of another host', () => head('GET http://evil.example/api/v1/assets', auth())],
    ['a tunnel', () => head('CONNECT 127.0.0.1:22')],
    [
      'an upgrade',
      () => head('GET /api/v1/assets', { ...auth(), connection: 'upgrade', upgrade: 'websocket' }),
    ],
    ['another encoding', () => head('POST /api/v1/assets', { ...auth(), 'transfer-encoding': 'gzip' })],
  ]
  test.each(spoken)('%s', async (_, say) => {
    const wire = await openWire(herbarium.origin)
    await wire.write(say())
    wire.end()
    expect((await wire.answer())?.status ?? 400).toBeLessThan(500)
  })
})

test('two hundred requests that never end keep nobody from an answer', async () => {
  const to = await reserve(herbarium)
  const beginnings = [
    'GET /api/v1/as',
    head('POST /api/v1/assets', { authorization: `Bearer ${herbarium.apiKey}`, 'content-length': 100 }),
    `${head(`PUT ${new URL(to.upload_url).pathname}`, { 'content-length': 1_000_000 })}RIFF`,
    '',
  ]
  const wires = await Promise.all(Array.from({ length: 200 }, () => openWire(herbarium.origin)))
  await Promise.all(wires.map((wire, n) => wire.write(beginnings[n % beginnings.length] ?? '')))
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      speak(herbarium.origin, head('GET /api/v1/assets', { authorization: `Bearer ${herbarium.apiKey}` })),
    ),
  )
  expect(answers.map(answer => answer?.status)).toEqual(Array(20).fill(200))
  expect((await stored(herbarium)).status).toBe('ready')
  for (const wire of wires) wire.cut()
})
