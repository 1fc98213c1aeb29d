// Storing a small file in one request: POST /assets as multipart/form-data.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fieldPart, filePart, formType, type RawPart, rawForm } from '../support/raw-form.ts'
import { refusalIn } from '../support/refusal-of.ts'
import type { AssetUpload } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { directForm, postAsset, stored } from '../support/uploads.ts'

const MAX_DIRECT_BYTES = 4 * 1024 * 1024

let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  herbarium = await startService()
  png = await sampleBytes('i.png')
})
afterAll(() => herbarium.close())

const postRaw = (tenant: Tenant, parts: RawPart[]) =>
  tenant.call('/assets', {
    method: 'POST',
    headers: { 'content-type': formType() },
    body: rawForm(parts),
  })

const workspace = () => fieldPart('workspace_id', herbarium.workspaceId)

test('fields before the file make a ready asset in one call', async () => {
  const form = directForm(herbarium, png, {
    file_name: 'first.png',
    folder: 'api',
    content_type: 'image/png',
  })
  const response = await postAsset(herbarium, form)
  expect(response.status).toBe(201)
  expect(await response.json()).toEqual({
    asset_id: expect.stringMatching(/^asset_\w+$/),
    uploaded_via: 'direct',
    url: expect.stringMatching(/\/media\/[\w-]{30}\/first\.png$/),
    workspace_id: herbarium.workspaceId,
    visibility: 'workspace',
    status: 'ready',
    folder: 'api',
    retention: 'standard',
    delete_at: null,
    failure_message: null,
  })
})

test('fields after the file count as well, as the official client sends them', async () => {
  const said = { file_name: 'last.png', content_type: 'image/png', folder: 'after', 'metadata[shoot]': '2' }
  const response = await postAsset(herbarium, directForm(herbarium, png, {}, said))
  const { asset_id, url } = (await response.json()) as AssetUpload
  expect(await herbarium.client.assets.retrieve(asset_id)).toMatchObject({
    status: 'ready',
    name: 'last.png',
    folder: 'after',
    metadata: { shoot: '2' },
    upload_content_type: 'image/png',
  })
  const served = await herbarium.fetch(url)
  expect(Buffer.from(await served.arrayBuffer()).equals(png)).toBe(true)
})

test('even the workspace may be named after the file', async () => {
  const response = await postRaw(herbarium, [filePart(png), workspace()])
  expect(await response.json()).toMatchObject({ status: 'ready' })
})

test("the part's own file name and type are never believed", async () => {
  const part = filePart(png, 'name="file"; filename="evil.html"')
  const response = await postRaw(herbarium, [workspace(), { ...part, headers: ['Content-Type: text/html'] }])
  const { asset_id } = (await response.json()) as AssetUpload
  expect(await herbarium.client.assets.retrieve(asset_id)).toMatchObject({
    name: null,
    content_type: 'image/png',
    upload_content_type: null,
  })
})

test('every field of metadata[key] is kept under its key', async () => {
  const { asset_id } = await stored(herbarium, { 'metadata[a]': '1', 'metadata[b.c-d_e]': 'zwei' })
  const asset = await herbarium.client.assets.retrieve(asset_id)
  expect(asset).toMatchObject({ metadata: { a: '1', 'b.c-d_e': 'zwei' } })
})

test('a project named in the form shows the asset on its canvas at once', async () => {
  const { asset_id } = await stored(herbarium, { project_id: herbarium.projectId })
  const { nodes } = await herbarium.client.projects.listNodes(herbarium.projectId)
  expect(nodes.map(node => node.asset_id)).toEqual([asset_id])
})

test('a file of exactly 4 MiB is stored', async () => {
  const asset = await stored(herbarium, {}, wavOf(MAX_DIRECT_BYTES))
  expect(asset.status).toBe('ready')
})

test.each([1, 1024 * 1024, 16 * 1024 * 1024])(
  'a file of 4 MiB and %i bytes is refused by its name',
  async more => {
    const form = directForm(herbarium, Buffer.alloc(MAX_DIRECT_BYTES + more))
    const refusal = await refusalIn(await postAsset(herbarium, form))
    expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['file'] })
    expect(refusal.message).toContain('signed-url')
  },
)

test.each([
  ['no file', () => [workspace()], ['file']],
  ['no workspace', () => [filePart(png)], ['workspace_id']],
  ['two files', () => [workspace(), filePart(png), filePart(png)], ['file']],
  [
    'the file under another name',
    () => [workspace(), filePart(png, 'name="image"; filename="a"')],
    ['image'],
  ],
  ['a second file under another name', () => [filePart(png), filePart(png, 'name="b"; filename="b"')], ['b']],
  ['an unknown field', () => [workspace(), filePart(png), fieldPart('filename', 'a.png')], ['filename']],
  ['a source', () => [workspace(), filePart(png), fieldPart('source', 'signed-url')], ['source']],
  ['a field twice', () => [workspace(), workspace(), filePart(png)], ['workspace_id']],
  [
    'a field twice, around the file',
    () => [workspace(), fieldPart('folder', 'a'), filePart(png), fieldPart('folder', 'b')],
    ['folder'],
  ],
  [
    'metadata twice',
    () => [workspace(), fieldPart('metadata[a]', '1'), fieldPart('metadata[a]', '2'), filePart(png)],
    ['metadata[a]'],
  ],
  [
    'nested brackets',
    () => [workspace(), fieldPart('metadata[a][b]', '1'), filePart(png)],
    ['metadata.a][b'],
  ],
  [
    'a prototype in its metadata',
    () => [workspace(), fieldPart('metadata[__proto__]', 'x'), filePart(png)],
    ['metadata[__proto__]'],
  ],
  ['a field named __proto__', () => [workspace(), fieldPart('__proto__', '1'), filePart(png)], ['__proto__']],
  [
    'a field named constructor',
    () => [workspace(), fieldPart('constructor', '1'), filePart(png)],
    ['constructor'],
  ],
  ['metadata as one field', () => [workspace(), fieldPart('metadata', '{}'), filePart(png)], ['metadata']],
  [
    'a workspace of another kind',
    () => [fieldPart('workspace_id', 'prj_1'), filePart(png)],
    ['workspace_id'],
  ],
  ['a bad folder', () => [workspace(), filePart(png), fieldPart('folder', '../up')], ['folder']],
  ['a bad size', () => [workspace(), filePart(png), fieldPart('file_size', 'big')], ['file_size']],
] satisfies [string, () => RawPart[], string[]][])(
  'a form with %s is refused by the name of the field',
  async (_what, parts, fields) => {
    const before = await herbarium.files()
    const refusal = await refusalIn(await postRaw(herbarium, parts()))
    expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields })
    expect(await herbarium.files()).toEqual(before)
  },
)

test.each([
  ['an empty file', async () => Buffer.alloc(0), /empty/],
  ['HTML as a png', () => sampleBytes('html.png'), /text\/html/],
  ['SVG as a png', () => sampleBytes('svg.png'), /svg/],
  ['a program', async () => Buffer.from('\x7fELF\x02\x01\x01'.padEnd(4096, '\0'), 'latin1'), /upload one of/],
  ['a ZIP', async () => Buffer.from('PK\x03\x04'.padEnd(512, '\0'), 'latin1'), /upload one of/],
  ['a script', async () => Buffer.from('alert(1)'), /upload one of/],
  ['a 400-megapixel png', () => sampleBytes('bomb20k.png'), /400 megapixels/],
] satisfies [string, () => Promise<Buffer>, RegExp][])(
  '%s becomes a failed asset that says why and serves nothing',
  async (_what, bytes, reason) => {
    const before = await herbarium.files()
    const asset = await stored(herbarium, { content_type: 'image/png', file_name: 'a.png' }, await bytes())
    expect(asset).toMatchObject({ status: 'failed', uploaded_via: 'direct' })
    expect(asset.failure_message).toMatch(reason)
    expect(await herbarium.client.assets.retrieve(asset.asset_id)).toMatchObject({
      status: 'failed',
      failure_message: asset.failure_message,
      size_bytes: null,
    })
    expect((await herbarium.fetch(asset.url)).status).toBe(404)
    expect(await herbarium.files()).toEqual(before)
  },
)

test.each([
  ['i.jpg', 'image/jpeg'],
  ['i.png', 'image/png'],
  ['i.webp', 'image/webp'],
  ['anim.gif', 'image/gif'],
  ['i.avif', 'image/avif'],
  ['i.heic', 'image/heic'],
  ['v.mp4', 'video/mp4'],
  ['v.webm', 'video/webm'],
  ['v.mov', 'video/quicktime'],
  ['a.mp3', 'audio/mpeg'],
  ['a.wav', 'audio/wav'],
  ['a.ogg', 'audio/ogg'],
  ['three.pdf', 'application/pdf'],
])('%s becomes ready as %s, whatever it was declared to be', async (sample, type) => {
  const { asset_id, status } = await stored(
    herbarium,
    { content_type: 'text/plain' },
    await sampleBytes(sample),
  )
  expect(status).toBe('ready')
  const asset = await herbarium.client.assets.retrieve(asset_id)
  expect(asset).toMatchObject({ content_type: type, upload_content_type: 'text/plain' })
})

test('file_size and sha256 are checked on direct uploads too', async () => {
  const sha256 = createHash('sha256').update(png).digest('hex')
  const said = { sha256, file_size: String(png.length) }
  expect(await stored(herbarium, said, png)).toMatchObject({ status: 'ready' })
  expect(await stored(herbarium, { ...said, file_size: '1' }, png)).toMatchObject({
    status: 'failed',
    failure_message: expect.stringContaining('file_size'),
  })
  expect(await stored(herbarium, { ...said, sha256: 'a'.repeat(64) }, png)).toMatchObject({
    status: 'failed',
    failure_message: expect.stringContaining('sha256'),
  })
})
