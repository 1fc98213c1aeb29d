// Every answer, also to what is hardly a request: a request-id, the closed envelope, and never our own fault.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningService, startService } from '../support/start-service.ts'
import { chunk, head, speak, type WireAnswer } from '../support/wire.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

const CODES: Record<number, string[]> = {
  400: ['input_validation_error', 'invalid_json'],
  401: ['unauthorized', 'invalid_api_key'],
  403: ['forbidden'],
  404: ['not_found'],
  408: ['input_validation_error'],
  409: ['conflict'],
  413: ['payload_too_large'],
  422: ['idempotency_conflict'],
  431: ['input_validation_error'],
}

/** What holds for every refusal, whoever speaks. */
function expectRefusal(answer: WireAnswer | undefined, status: number): void {
  expect(answer?.status).toBe(status)
  expect(answer?.headers.get('request-id')).toMatch(/^req_\w+$/)
  expect(answer?.headers.get('content-type')).toBe('application/json; charset=utf-8')
  const body = JSON.parse(answer?.body ?? '')
  expect(Object.keys(body)).toEqual(['error'])
  expect(['code', 'message', 'fields']).toEqual(expect.arrayContaining(Object.keys(body.error)))
  expect(CODES[status]).toContain(body.error.code)
  expect(body.error.message).toEqual(expect.any(String))
  for (const fault of body.error.fields ?? []) expect(Object.keys(fault)).toEqual(['field', 'message'])
  expect(answer?.body).not.toMatch(/FST_|SQLITE|node_modules|\.ts:\d|\/work\/|\/tmp\//)
}

const asking = (line: string, headers: Record<string, string | number | string[]> = {}, body = '') =>
  speak(
    herbarium.origin,
    head(line, {
      authorization: `Bearer ${herbarium.apiKey}`,
      ...(body === ''
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...headers,
    }) + body,
  )

const ASSETS = '/api/v1/assets'

test.each([
  ['GET /nothing', 404],
  ['GET /api', 404],
  ['GET /api/v1', 404],
  ['GET /api/v1/', 404],
  ['GET /api/v1/nothing', 404],
  ['GET /api/v2/assets', 404],
  ['GET //api/v1/assets', 404],
  ['GET /API/V1/ASSETS', 404],
  [`GET ${ASSETS}/`, 400],
  [`GET ${ASSETS}/asset_1/nothing`, 404],
  [`DELETE ${ASSETS}`, 404],
  [`PUT ${ASSETS}`, 404],
  [`PUT ${ASSETS}/asset_1`, 404],
  [`GET ${ASSETS}/asset_1/complete`, 404],
  ['PROPFIND /api/v1/assets', 404],
  ['OPTIONS *', 404],
  ['GET /uploads/x', 404],
  ['PUT /uploads/x', 403],
  ['PUT /uploads/', 403],
  ['GET /media/x', 404],
  ['GET /media/../../etc/passwd', 404],
  ['GET /media/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 404],
  [`GET ${ASSETS}/asset_missing`, 404],
  [`GET ${ASSETS}/nonsense`, 400],
  [`GET ${ASSETS}/asset_%00`, 404],
  [`GET ${ASSETS}/asset_%ff`, 400],
  [`GET ${ASSETS}/asset_%zz`, 400],
  ['GET /%zz', 400],
  [`GET ${ASSETS}?limit=many`, 400],
  [`GET ${ASSETS}?cursor=forged`, 400],
  [`GET ${ASSETS}?workspace_id=ws_other`, 403],
  ['GET /api/v1/projects', 400],
  ['GET /api/v1/projects/prj_missing/nodes', 404],
  [`POST ${ASSETS}/asset_missing/complete`, 404],
  [`POST ${ASSETS}/asset_missing/retry`, 404],
  ['POST /api/v1/projects/prj_missing/assets/asset_missing/attach', 404],
] satisfies [string, number][])('%s is answered with %i in the envelope', async (line, status) => {
  expectRefusal(await asking(line), status)
})

test.each([
  ['an id of 500 letters', `GET ${ASSETS}/asset_${'a'.repeat(500)}`, 400],
  ['an id of 5,000 letters', `GET ${ASSETS}/asset_${'a'.repeat(5000)}`, 400],
  ['a ticket of 1,000 letters', `PUT /uploads/${'a'.repeat(1000)}`, 403],
  ['a ticket of 5,000 letters', `PUT /uploads/${'a'.repeat(5000)}`, 400],
  ['a query of 10,000 letters', `GET ${ASSETS}?query=${'a'.repeat(10_000)}`, 400],
  ['a thousand parameters', `GET ${ASSETS}?${'metadata.a=1&'.repeat(1000)}`, 400],
] satisfies [string, string, number][])('%s is answered in the envelope', async (_what, line, status) => {
  expectRefusal(await asking(line), status)
})

test.each([
  ['no body', '', 400],
  ['half an object', '{', 400],
  ['a string', '"x"', 400],
  ['null', 'null', 400],
  ['a number that is none', '{"file_size":1e999}', 400],
  ['a thousand brackets', '['.repeat(1000), 400],
  ['thirty thousand nested lists', `{"metadata":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 400],
  ['more than 64 KiB', `"${'x'.repeat(70_000)}"`, 400],
  ['NUL bytes', '\0\0\0', 400],
] satisfies [string, string, number][])(
  'POST /assets with %s is answered in the envelope',
  async (_what, body, status) => {
    expectRefusal(await asking(`POST ${ASSETS}`, {}, body), status)
  },
)

/** The head of a creation whose body comes in chunks. */
const chunkedJson = () =>
  head(`POST ${ASSETS}`, {
    authorization: `Bearer ${herbarium.apiKey}`,
    'content-type': 'application/json',
    'transfer-encoding': 'chunked',
  })

test.each([
  ['two lengths', () => head(`POST ${ASSETS}`, { 'content-length': ['4', '5'] })],
  [
    'a length and chunks',
    () => head(`POST ${ASSETS}`, { 'content-length': 4, 'transfer-encoding': 'chunked' }),
  ],
  ['a negative length', () => head(`POST ${ASSETS}`, { 'content-length': -1 })],
  ['a length that is no number', () => head(`POST ${ASSETS}`, { 'content-length': '4x' })],
  ['a folded header', () => head(`GET ${ASSETS}`, { 'x-a': 'b\r\n c' })],
  ['a blank before the colon', () => head(`GET ${ASSETS}`, { 'x-a ': 'b' })],
  ['NUL in a header', () => head(`GET ${ASSETS}`, { 'x-a': 'a\0b' })],
  ['an unknown method', () => head('NONSENSE /')],
  ['a line that is none', () => 'nonsense\r\n\r\n'],
  ['HTTP/2 without asking', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a TLS greeting', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['no host', () => `GET ${ASSETS} HTTP/1.1\r\n\r\n`],
  ['a malformed chunk', () => `${chunkedJson()}zz\r\n`],
  ['a chunk extension of 1 MB', () => `${chunkedJson()}1;${'x'.repeat(1_048_576)}\r\na\r\n`],
] satisfies [string, () => string][])(
  '%s is malformed HTTP and told so in the envelope',
  async (_what, said) => {
    expectRefusal(await speak(herbarium.origin, Buffer.from(said(), 'latin1')), 400)
  },
)

test('headers of 64 KB are answered with 431 in the envelope', async () => {
  expectRefusal(await asking(`GET ${ASSETS}`, { 'x-large': 'x'.repeat(65_536) }), 431)
})

test('an expectation we do not know is ignored', async () => {
  const answer = await asking('GET /healthz', { expect: 'miracles' })
  expect(answer?.status).toBe(200)
  expect(answer?.headers.get('request-id')).toMatch(/^req_/)
})

test('a chunked JSON body is read as any other', async () => {
  const body = JSON.stringify({ source: 'signed-url', workspace_id: herbarium.workspaceId })
  const chunks = Array.from(body, letter => chunk(letter))
  const answer = await speak(herbarium.origin, chunkedJson(), ...chunks, chunk(''))
  expect(answer?.status).toBe(201)
})

test.each([
  'GET /healthz',
  'GET /readyz',
  'GET /docs',
  'GET /',
  'GET /api/v1/openapi.json',
  `GET ${ASSETS}`,
  `HEAD ${ASSETS}`,
])('%s has a request-id too', async line => {
  const [method = '', path = ''] = line.split(' ')
  const response = await fetch(herbarium.origin + path, {
    method,
    redirect: 'manual',
    headers: { authorization: `Bearer ${herbarium.apiKey}` },
  })
  expect(response.status).toBeLessThan(400)
  expect(response.headers.get('request-id')).toMatch(/^req_\w+$/)
})

test('each answer has a request-id of its own, whatever the client sends as one', async () => {
  const ids = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const answer = await asking('GET /healthz', { 'request-id': 'req_mine', 'x-request-id': 'req_mine' })
      return answer?.headers.get('request-id')
    }),
  )
  expect(new Set(ids).size).toBe(5)
  expect(ids).not.toContain('req_mine')
})

test('pages of CORS_ORIGINS may call the API and read what matters; others may not', async () => {
  const origin = 'https://app.example.com'
  const open = await startService({ environment: { CORS_ORIGINS: origin } })
  try {
    const ask = (from: string, method: string) =>
      fetch(`${open.origin}${ASSETS}`, {
        method,
        headers: {
          origin: from,
          ...(method === 'OPTIONS'
            ? { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
            : { authorization: `Bearer ${open.apiKey}` }),
        },
      })
    for (const method of ['OPTIONS', 'GET']) {
      const answer = await ask(origin, method)
      expect(answer.ok).toBe(true)
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
      for (const name of ['request-id', 'retry-after', 'x-should-retry', 'idempotent-replayed'])
        expect(answer.headers.get('access-control-expose-headers')).toContain(name)
      const stranger = await ask('https://evil.example.com', method)
      expect(stranger.headers.get('access-control-allow-origin')).toBeNull()
    }
  } finally {
    await open.close()
  }
})

test('without CORS_ORIGINS no page of another origin may', async () => {
  const headers = { origin: 'https://app.example.com', authorization: `Bearer ${herbarium.apiKey}` }
  const answer = await fetch(`${herbarium.origin}${ASSETS}`, { headers })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})

test('after all of that the service answers as before', async () => {
  expect((await herbarium.client.workspaces.list()).workspaces).toHaveLength(1)
})
