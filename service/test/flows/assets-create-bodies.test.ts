// What POST /assets refuses, and which field it names.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { postJson } from '../support/reserve.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { completed, uploaded } from '../support/uploads.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(async () => {
  await herbarium.close()
})

const create = (said: Record<string, unknown>) =>
  postJson(herbarium, '/assets', { source: 'signed-url', workspace_id: herbarium.workspaceId, ...said })

const createRaw = (body: string | Uint8Array<ArrayBuffer> | undefined, contentType?: string) =>
  herbarium.call('/assets', {
    method: 'POST',
    // Bytes, because fetch gives a string a content type of its own.
    ...(body === undefined ? {} : { body: typeof body === 'string' ? Buffer.from(body) : body }),
    ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
  })

test.each([
  ['missing', undefined],
  ['null', null],
  ['a number', 1],
  ['an object', { type: 'url', url: 'https://example.com/a.png' }],
  ['a list', ['signed-url']],
  ['empty', ''],
  ['a data: URL', 'data:image/png;base64,iVBORw0KGgo='],
  ['an absolute path', '/etc/passwd'],
  ['a relative path', './product.png'],
  ['a Windows path', 'C:\\product.png'],
  ['a file: URL', 'file:///etc/passwd'],
  ['an http:// URL', 'http://example.com/a.png'],
  ['the word upload', 'upload'],
  ['the word file', 'file'],
  ['the word local', 'local'],
  ['signed-url in another spelling', 'signed_url'],
  ['signed-url in another case', 'Signed-URL'],
])('a source that is %s is refused by its name', async (_what, source) => {
  const refusal = await refusalIn(await create({ source }))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['source'] })
  expect(refusal.message).toMatch(/^source: /)
})

test('the official client sees the refusal of a URL as a bad request on source', async () => {
  const refusal = await refusalOf(
    herbarium.client.assets.create({
      source: 'https://127.0.0.1/a.png',
      workspace_id: herbarium.workspaceId,
    }),
  )
  expect(refusal).toMatchObject({ status: 400, fields: ['source'] })
})

test.each([
  ['workspace_id', 'asset_1', 'ws_'],
  ['workspace_id', 'ws_', 'ws_'],
  ['workspace_id', 'ws_ 1', 'ws_'],
  ['workspace_id', 'WS_1', 'ws_'],
  ['project_id', 'project_1', 'prj_'],
  ['project_id', 'prj_', 'prj_'],
  ['project_id', 'ws_1', 'prj_'],
])('%s "%s" is refused and the expected prefix is named', async (field, value, prefix) => {
  const refusal = await refusalIn(await create({ [field]: value }))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: [field] })
  expect(refusal.message).toContain(prefix)
})

test.each(['missing', 'asset_', 'prj_1', 'asset_%20'])(
  'an asset id "%s" is refused with asset_ named',
  async id => {
    const refusal = await refusalIn(await herbarium.call(`/assets/${id}`))
    expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['asset_id'] })
    expect(refusal.message).toContain('asset_')
  },
)

test('every unknown field is named', async () => {
  const refusal = await refusalIn(await create({ filename: 'a.png', visibility: 'public' }))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error' })
  expect(refusal.fields).toEqual(['filename', 'visibility'])
})

test('all faults of a body are told at once', async () => {
  const refusal = await refusalIn(await create({ source: 1, workspace_id: 'x', file_name: 2, extra: true }))
  expect(refusal.fields.sort()).toEqual(['extra', 'file_name', 'source', 'workspace_id'])
})

test.each([
  ['file_name', 7],
  ['content_type', 'png'],
  ['content_type', 'image/png/x'],
  ['content_type', ''],
  ['content_type', 'image/<script>'],
  ['folder', {}],
  ['file_size', -1],
  ['file_size', 1.5],
  ['file_size', '10'],
  ['file_size', 2 ** 53],
  ['file_size', 6 * 1024 ** 3],
  ['sha256', 'abc'],
  ['sha256', 'g'.repeat(64)],
  ['metadata', 'a=b'],
  ['metadata', [['a', 'b']]],
  ['metadata', null],
  ['idempotency_key', ''],
  ['idempotency_key', 'two words'],
  ['idempotency_key', 'k'.repeat(256)],
])('%s of %j is refused by its name', async (field, value) => {
  const refusal = await refusalIn(await create({ [field]: value }))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: [field] })
})

test.each(['{', '', 'nope', '{"source":"signed-url",}', "{'source':'signed-url'}", '{"a":1}{"b":2}'])(
  'a JSON body of %j is refused as JSON or as missing',
  async body => {
    const refusal = await refusalIn(await createRaw(body, 'application/json'))
    expect(refusal).toMatchObject(
      body === ''
        ? { status: 400, code: 'input_validation_error', fields: ['body'] }
        : { status: 400, code: 'invalid_json', fields: [] },
    )
  },
)

test.each(['null', '[]', '"signed-url"', '7', 'true'])('a body that is %s is no object', async body => {
  const refusal = await refusalIn(await createRaw(body, 'application/json'))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['body'] })
})

test.each(['{"__proto__":{"status":"ready"}}', '{"constructor":{"prototype":{"status":"ready"}}}'])(
  'a body that reaches for prototypes, %s, is refused',
  async body => {
    const refusal = await refusalIn(await createRaw(body, 'application/json'))
    expect(refusal.status).toBe(400)
  },
)

test.each([
  undefined,
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/mixed; boundary=x',
  'application/merge-patch+json',
])('no body under the type %s is refused as missing', async type => {
  const refusal = await refusalIn(await createRaw(undefined, type))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error' })
  expect(refusal.fields).toEqual(['body'])
})

test.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'garbage'])(
  'JSON sent under the type %s is refused, and the content type is named',
  async type => {
    const body = JSON.stringify({ source: 'signed-url', workspace_id: herbarium.workspaceId })
    const refusal = await refusalIn(await createRaw(body, type))
    expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['content-type'] })
  },
)

test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON ;charset=UTF-8'])(
  'JSON under the type "%s" is understood',
  async type => {
    const body = JSON.stringify({ source: 'signed-url', workspace_id: herbarium.workspaceId })
    expect((await createRaw(body, type)).status).toBe(201)
  },
)

test.each([undefined, 'application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
  'complete without a body works under the type %s',
  async type => {
    const { asset_id } = await uploaded(herbarium)
    const response = await herbarium.call(`/assets/${asset_id}/complete`, {
      method: 'POST',
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    })
    expect(response.status).toBe(200)
    expect(await completed(herbarium, asset_id)).toMatchObject({ status: 'ready' })
  },
)

test.each([['null'], ['{}']])('complete with the body %s works', async body => {
  const { asset_id } = await uploaded(herbarium)
  const response = await herbarium.call(`/assets/${asset_id}/complete`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(await response.json()).toMatchObject({ status: 'ready' })
})

test('complete names a body field it does not know', async () => {
  const { asset_id } = await uploaded(herbarium)
  const refusal = await refusalIn(await postJson(herbarium, `/assets/${asset_id}/complete`, { etag: 'x' }))
  expect(refusal).toMatchObject({ status: 400, fields: ['etag'] })
})

test('a JSON body above 64 KiB is refused unread', async () => {
  const refusal = await refusalIn(await create({ file_name: 'a'.repeat(70_000) }))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['body'] })
})
