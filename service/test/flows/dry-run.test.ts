// POST /assets?dry_run=true: every refusal and every answer, and nothing is made.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { z } from 'zod'
import type { assetDetail, dryRun } from '../../src/http/schemas.ts'
import { createKey } from '../../src/keys/create.ts'
import { createWorkspace } from '../../src/workspaces/create.ts'
import { postJson, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { directForm, stored } from '../support/uploads.ts'

const DRY = '/assets?dry_run=true'
const MAX_PENDING = 5

type Detail = z.output<typeof assetDetail>

let internet: Internet
let herbarium: RunningService
let png: Buffer
/** Has its workspace, and room for little, to itself. */
let tenant: Tenant
let asked = 0
beforeAll(async () => {
  internet = await startInternet()
  internet.answer = (_request, response) => {
    asked++
    response.end(png)
  }
  herbarium = await startService({
    environment: { MAX_PENDING_PER_WORKSPACE: String(MAX_PENDING), ...internet.environment },
    world: { remote: internet.world },
  })
  png = await sampleBytes('i.png')
})
beforeEach(async () => {
  tenant = await tenantWith(1_000_000)
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})

async function tenantWith(quotaBytes: number): Promise<Tenant> {
  const { records, world } = herbarium.service
  const workspaces = { workspaces: records.workspaces, ...world }
  const { id } = await createWorkspace(workspaces, { name: 'small', quotaBytes })
  const { secret } = await createKey({ keys: records.keys, ...world }, { workspaceId: id, name: 'k' })
  return herbarium.tenantOf(secret, id)
}

type DryRun = z.output<typeof dryRun>

/** Everything that a request could leave behind. */
const traces = async () => ({
  files: await herbarium.files(),
  assets: await herbarium.rows.all('assets'),
  attempts: await herbarium.rows.all('attempts'),
  events: await herbarium.rows.all('events'),
  jobs: await herbarium.rows.all('jobs'),
  requests: await herbarium.rows.all('requests'),
})

async function leavingNothing<T>(act: () => Promise<T>): Promise<T> {
  const before = await traces()
  const answer = await act()
  expect(await traces()).toEqual(before)
  return answer
}

async function wouldBe(answer: Response): Promise<DryRun['would']['asset']> {
  expect(answer.status).toBe(200)
  const { dry_run, would } = (await answer.json()) as DryRun // checked against the document by the tenant's fetch
  expect({ dry_run, status: would.status }).toEqual({ dry_run: true, status: 201 })
  return would.asset
}

const ask = (said: Record<string, unknown>, path = DRY) =>
  postJson(tenant, path, { source: 'signed-url', workspace_id: tenant.workspaceId, ...said })

const askWith = (bytes: Uint8Array, said: Record<string, string> = {}, path = DRY) =>
  tenant.call(path, { method: 'POST', body: directForm(tenant, bytes, said) })

test('a reservation is answered as it would be, without what only an asset that is there has', async () => {
  const said = {
    file_name: 'fern.png',
    content_type: 'Image/PNG; q=1',
    folder: '/july/',
    metadata: { plant: 'fern' },
    file_size: 1234,
  }
  const asset = await leavingNothing(async () => wouldBe(await ask(said)))
  expect(asset).toEqual({
    name: 'fern.png',
    retention: 'standard',
    description: null,
    workspace_id: tenant.workspaceId,
    content_type: 'image/png',
    upload_content_type: 'image/png',
    uploaded_via: 'signed_url',
    status: 'pending_upload',
    width: null,
    height: null,
    size_bytes: null,
    folder: 'july',
    metadata: { plant: 'fern' },
    failure_message: null,
    project_id: null,
    media: null,
    sha256: null,
  })
})

test('a project is answered with the asset that would be bound for it', async () => {
  const said = { workspace_id: herbarium.workspaceId, project_id: herbarium.projectId }
  const body = { source: 'signed-url', ...said }
  const asset = await leavingNothing(async () => wouldBe(await postJson(herbarium, DRY, body)))
  expect(asset.project_id).toBe(herbarium.projectId)
})

test('a file is judged by the one gate, told with all that was found in it, and dropped', async () => {
  const asset = await leavingNothing(async () => wouldBe(await askWith(png, { file_name: 'a.png' })))
  const { asset_id } = await stored(tenant, { file_name: 'a.png' })
  const found = await (await tenant.call(`/assets/${asset_id}`)).json()
  const { url: _url, created_at: _at, delete_at: _then, asset_id: _id, ...real } = found as Detail
  expect(asset).toMatchObject(real)
  expect(asset).toMatchObject({
    status: 'ready',
    content_type: 'image/png',
    size_bytes: png.length,
    media: { frames: 1, pixels_checked: true },
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
})

test('bytes that the gate would refuse are told as failed, with the reason', async () => {
  for (const [bytes, said, reason] of [
    [Buffer.alloc(0), {}, 'empty'],
    [Buffer.from('words'), {}, 'of no type'],
    [png, { sha256: '0'.repeat(64) }, 'SHA-256'],
    [png, { file_size: '3' }, 'file_size promised 3'],
  ] as const) {
    const asset = await leavingNothing(async () => wouldBe(await askWith(bytes, said)))
    expect(asset).toMatchObject({ status: 'failed', failure_message: expect.stringContaining(reason) })
    expect(asset.sha256).toBeNull()
  }
})

test('with PRIVACY_STRIP a picture is told as it would be served, and its copy is dropped too', async () => {
  const stripping = await startService({ environment: { PRIVACY_STRIP: 'on' } })
  try {
    const picture = await sampleBytes('gps.jpg')
    const body = () => directForm(stripping, picture)
    const { sha256, size_bytes } = await wouldBe(await stripping.call(DRY, { method: 'POST', body: body() }))
    expect(await stripping.files()).toEqual([])
    expect(size_bytes).toBeLessThan(picture.length)
    const { asset_id } = await stored(stripping, {}, picture)
    const made = await stripping.service.records.assets.find(asset_id)
    expect(made).toMatchObject({ sha256, sizeBytes: size_bytes })
  } finally {
    await stripping.close()
  }
})

test('a URL is looked up and not fetched', async () => {
  const source = internet.url()
  const asset = await leavingNothing(async () => wouldBe(await ask({ source, file_name: 'far.png' })))
  expect(asset).toMatchObject({ status: 'pending_upload', uploaded_via: 'url', name: 'far.png' })
  expect(asked).toBe(0)
})

test('a URL whose host leads inside would fail, as it does when it is fetched', async () => {
  const source = internet.url('inside.files.example.com')
  const asset = await leavingNothing(async () => wouldBe(await ask({ source })))
  const real = (await (await ask({ source }, '/assets')).json()) as { failure_message: string }
  expect(asset).toMatchObject({ status: 'failed', failure_message: real.failure_message })
})

test.each<[string, () => Promise<[Response, Response]>, number]>([
  ['a field at fault', both(path => ask({ file_size: -1 }, path)), 400],
  ['a field that is none', both(path => ask({ colour: 'green' }, path)), 400],
  ['a folder that is none', both(path => ask({ folder: '../up' }, path)), 400],
  ['a source that is none', both(path => ask({ source: 'http://a.example.com/' }, path)), 400],
  ['a URL that names an inner address', both(path => ask({ source: 'https://10.0.0.7/a.png' }, path)), 400],
  ['a project that is not there', both(path => ask({ project_id: 'prj_unknown' }, path)), 404],
  ['another workspace', both(path => ask({ workspace_id: herbarium.workspaceId }, path)), 403],
  ['a size beyond the quota', both(path => ask({ file_size: 1_000_001 }, path)), 402],
  ['a file beyond the quota', both(path => askWith(wavOf(1_200_000), {}, path)), 402],
  ['a file beyond 4 MiB', both(path => askWith(Buffer.alloc(5_000_000), {}, path)), 400],
  ['a form with a field at fault', both(path => askWith(png, { folder: '../up' }, path)), 400],
  ['a form for another workspace', both(path => askWith(png, { project_id: 'prj_unknown' }, path)), 404],
  ['a form without a file', both(path => tenant.call(path, { method: 'POST', body: new FormData() })), 400],
  ['no body', both(path => tenant.call(path, { method: 'POST' })), 400],
  ['an idempotency key that is none', both(path => ask({ idempotency_key: 'with space' }, path)), 400],
  ['an idempotency header that is none', both(path => askWithKey('with space', path)), 400],
])('%s is refused exactly as without it', async (_what, send, status) => {
  const [dry, real] = await leavingNothing(send)
  expect(dry.status).toBe(status)
  expect(real.status).toBe(status)
  expect(await dry.json()).toEqual(await real.json())
  expect(dry.headers.get('x-should-retry')).toBe(real.headers.get('x-should-retry'))
})

function both(send: (path: string) => Promise<Response>): () => Promise<[Response, Response]> {
  return async () => [await send(DRY), await send('/assets')]
}

const askWithKey = (key: string, path: string) =>
  tenant.call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ source: 'signed-url', workspace_id: tenant.workspaceId }),
  })

test('as many as one likes take no place among the uploads under way, and are refused where none is free', async () => {
  for (let n = 0; n < MAX_PENDING + 2; n++) await wouldBe(await ask({}))
  for (let n = 0; n < MAX_PENDING; n++) await reserve(tenant)
  const [dry, real] = await leavingNothing(both(path => ask({}, path)))
  expect([dry.status, real.status]).toEqual([429, 429])
  expect(await dry.json()).toEqual(await real.json())
})

test('an idempotency key is neither used up nor asked for an earlier answer', async () => {
  const key = 'rehearsed-and-made'
  await leavingNothing(async () => wouldBe(await askWithKey(key, DRY)))
  const made = await askWithKey(key, '/assets')
  expect(made.status).toBe(201)
  expect(made.headers.get('idempotent-replayed')).toBeNull()
  const again = await leavingNothing(() => askWithKey(key, DRY))
  expect(again.headers.get('idempotent-replayed')).toBeNull()
  await wouldBe(again)
})

test('with dry_run=false an asset is made', async () => {
  expect((await ask({}, '/assets?dry_run=false')).status).toBe(201)
})

test.each(['', '=', '=1', '=yes', '=TRUE', '=true&dry_run=false'])(
  'what is neither true nor false, as in ?dry_run%s, is refused by its name and makes nothing',
  async value => {
    const answer = await leavingNothing(() => ask({}, `/assets?dry_run${value}`))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: {
        code: 'input_validation_error',
        fields: [{ field: 'dry_run', message: 'must be true or false' }],
      },
    })
  },
)
