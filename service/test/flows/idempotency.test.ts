// Idempotency keys on POST /assets and POST /projects: sent twice, done once.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { freePort } from '../support/free-port.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { type AssetUpload, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, postFile, retried, until } from '../support/uploads.ts'
import { head, openWire, speakAtOnce, type WireAnswer } from '../support/wire.ts'

const HOUR_MS = 3_600_000

const clock = createTestClock()
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ world: { clock }, environment: { PORT: String(await freePort()) } })
})
afterAll(() => herbarium.close())

let keys = 0
const newKey = () => `key-${++keys}`

interface Sent {
  key?: string | undefined
  said?: Record<string, unknown>
}

const send = (tenant: Tenant, path: string, body: Record<string, unknown>, key?: string) =>
  tenant.call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    body: JSON.stringify({ workspace_id: tenant.workspaceId, ...body }),
  })

const create = (tenant: Tenant, { key, said = {} }: Sent) =>
  send(tenant, '/assets', { source: 'signed-url', ...said }, key)

const isReplay = (response: Response) => response.headers.get('idempotent-replayed') === 'true'

const countOf = async (tenant: Tenant) => (await tenant.client.assets.list({ limit: 100 })).assets.length

async function expectReplay(first: Response, second: Response): Promise<AssetUpload> {
  expect(isReplay(first)).toBe(false)
  expect(isReplay(second)).toBe(true)
  expect(second.status).toBe(first.status)
  expect(second.headers.get('request-id')).toBe(first.headers.get('request-id'))
  const body = (await first.json()) as AssetUpload
  expect(await second.json()).toEqual(body)
  return body
}

test('the same request again gives the first answer: status, request-id and body', async () => {
  const tenant = await herbarium.newTenant()
  const sent = { key: newKey(), said: { file_name: 'a.png' } }
  await expectReplay(await create(tenant, sent), await create(tenant, sent))
  expect(await countOf(tenant)).toBe(1)
})

test('the key may stand in the body instead, and is the same key in either place', async () => {
  const tenant = await herbarium.newTenant()
  const key = newKey()
  const first = await create(tenant, { said: { idempotency_key: key } })
  await expectReplay(first.clone(), await create(tenant, { said: { idempotency_key: key } }))
  await expectReplay(first.clone(), await create(tenant, { key }))
  await expectReplay(first.clone(), await create(tenant, { key, said: { idempotency_key: key } }))
  expect(await countOf(tenant)).toBe(1)
})

test('header and body with two different keys are refused on idempotency_key', async () => {
  const refusal = await refusalIn(
    await create(herbarium, { key: newKey(), said: { idempotency_key: newKey() } }),
  )
  expect(refusal).toMatchObject({ status: 400, fields: ['idempotency_key'] })
})

test.each(['two words', 'k'.repeat(256), 'caf\u00e9'])(
  'a header of "%s" is no key and refused by its name',
  async key => {
    const refusal = await refusalIn(await create(herbarium, { key }))
    expect(refusal).toMatchObject({ status: 400, fields: ['idempotency-key'] })
  },
)

test('an empty header is none, and no key never replays', async () => {
  const tenant = await herbarium.newTenant()
  for (const key of ['', '', undefined, undefined])
    expect(isReplay(await create(tenant, { key }))).toBe(false)
  expect(await countOf(tenant)).toBe(4)
})

test('the same key with another body is a conflict of its own', async () => {
  const tenant = await herbarium.newTenant()
  const key = newKey()
  await create(tenant, { key, said: { file_name: 'a.png' } })
  for (const said of [{ file_name: 'b.png' }, {}, { file_name: 'a.png', folder: 'f' }])
    expect(await refusalIn(await create(tenant, { key, said }))).toMatchObject({
      status: 422,
      code: 'idempotency_conflict',
    })
  expect(await countOf(tenant)).toBe(1)
})

test('the order of fields does not make another body', async () => {
  const key = newKey()
  const first = await create(herbarium, { key, said: { file_name: 'a.png', metadata: { a: '1', b: '2' } } })
  const second = await create(herbarium, { key, said: { metadata: { b: '2', a: '1' }, file_name: 'a.png' } })
  await expectReplay(first, second)
})

/** The same creation twenty times, in one breath. */
const createAtOnce = (tenant: Tenant, path: string, key: string, said: Record<string, unknown>) => {
  const body = JSON.stringify({ workspace_id: tenant.workspaceId, ...said })
  const headers = {
    authorization: `Bearer ${tenant.apiKey}`,
    'content-type': 'application/json',
    'content-length': body.length,
    'idempotency-key': key,
  }
  return speakAtOnce(herbarium.origin, Array(20).fill(head(`POST /api/v1${path}`, headers) + body))
}

function expectOneMade(answers: WireAnswer[]): void {
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201))
  expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(19)
  expect(new Set(answers.map(({ headers }) => headers.get('request-id'))).size).toBe(1)
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
}

test('twenty at once make one asset, and all are told of it', async () => {
  const tenant = await herbarium.newTenant()
  expectOneMade(await createAtOnce(tenant, '/assets', newKey(), { source: 'signed-url' }))
  expect(await countOf(tenant)).toBe(1)
})

const postDirect = (tenant: Tenant, bytes: Uint8Array, said: Record<string, string>, key?: string) => {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(bytes)]))
  for (const [name, value] of Object.entries({ workspace_id: tenant.workspaceId, ...said }))
    form.append(name, value)
  const headers = key === undefined ? {} : { 'idempotency-key': key }
  return tenant.call('/assets', { method: 'POST', headers, body: form })
}

test('a form is replayed too, by its fields and the hash of its file; no second copy stays', async () => {
  const tenant = await herbarium.newTenant()
  const [png, webp] = [await sampleBytes('i.png'), await sampleBytes('i.webp')]
  const key = newKey()
  const first = await postDirect(tenant, png, { file_name: 'a.png' }, key)
  const files = await herbarium.files()
  await expectReplay(first.clone(), await postDirect(tenant, png, { file_name: 'a.png' }, key))
  await expectReplay(first, await postDirect(tenant, png, { file_name: 'a.png', idempotency_key: key }))
  const others = [
    await postDirect(tenant, webp, { file_name: 'a.png' }, key),
    await postDirect(tenant, png, { file_name: 'b.png' }, key),
    await create(tenant, { key }),
  ]
  expect(others.map(({ status }) => status)).toEqual([422, 422, 422])
  expect(await herbarium.files()).toEqual(files)
  expect(await countOf(tenant)).toBe(1)
})

test('twenty equal forms at once make one ready asset with one file', async () => {
  const tenant = await herbarium.newTenant()
  const png = await sampleBytes('i.png')
  const files = await herbarium.files()
  const key = newKey()
  const answers = await Promise.all(Array.from({ length: 20 }, () => postDirect(tenant, png, {}, key)))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201))
  const ids = await Promise.all(answers.map(async answer => ((await answer.json()) as AssetUpload).asset_id))
  expect(new Set(ids).size).toBe(1)
  expect(answers.filter(isReplay)).toHaveLength(19)
  expect(await herbarium.files()).toHaveLength(files.length + 1)
  expect(await countOf(tenant)).toBe(1)
})

test('a direct upload that failed is replayed as failed, with its reason', async () => {
  const key = newKey()
  const html = await sampleBytes('html.png')
  const first = await postDirect(herbarium, html, {}, key)
  const asset = await expectReplay(first, await postDirect(herbarium, html, {}, key))
  expect(asset).toMatchObject({ status: 'failed', failure_message: expect.stringContaining('text/html') })
})

test('after completion, and after a retry, the replay still shows the reservation as it was made', async () => {
  const png = await sampleBytes('i.png')
  for (const isRetried of [false, true]) {
    const sent = { key: newKey(), said: { file_name: 'a.png' } }
    const first = await create(herbarium, sent)
    const reservation = (await first.clone().json()) as Reservation
    const live = isRetried ? await retried(herbarium, reservation.asset_id) : reservation
    await postFile(herbarium, live, png)
    await completed(herbarium, reservation.asset_id)
    const replayed = await expectReplay(first, await create(herbarium, sent))
    expect(replayed.status).toBe('pending_upload')
    expect(await herbarium.client.assets.retrieve(reservation.asset_id)).toMatchObject({ status: 'ready' })
  }
})

test('a key is known on its path only: the same one makes an asset and a project', async () => {
  const key = newKey()
  expect(isReplay(await create(herbarium, { key }))).toBe(false)
  const project = await send(herbarium, '/projects', { name: 'p' }, key)
  expect(project.status).toBe(201)
  expect(isReplay(project)).toBe(false)
})

test('a key is known to its API key only, even within one workspace', async () => {
  const { secret } = await createKey(
    { keys: herbarium.service.records.keys, ...herbarium.service.world },
    { workspaceId: herbarium.workspaceId, name: 'second' },
  )
  const sent = { key: newKey() }
  const first = await create(herbarium, sent)
  const client = herbarium.client.withOptions({ apiKey: secret })
  const other = await client.assets.create(
    { source: 'signed-url', workspace_id: herbarium.workspaceId },
    { headers: { 'Idempotency-Key': sent.key } },
  )
  expect(other.asset_id).not.toBe(((await first.json()) as AssetUpload).asset_id)
})

test('POST /projects replays, refuses another body, and twenty at once make one', async () => {
  const tenant = await herbarium.newTenant()
  const key = newKey()
  expectOneMade(await createAtOnce(tenant, '/projects', key, { name: 'once' }))
  expect(await refusalIn(await send(tenant, '/projects', { name: 'other' }, key))).toMatchObject({
    status: 422,
    code: 'idempotency_conflict',
  })
  const { projects } = await tenant.client.projects.list({ workspace_id: tenant.workspaceId })
  expect(projects.map(({ name }) => name)).toEqual(['once'])
})

test('a key is remembered across a restart', async () => {
  const sent = { key: newKey(), said: { file_name: 'a.png' } }
  const first = await create(herbarium, sent)
  await herbarium.restart()
  await expectReplay(first, await create(herbarium, sent))
})

test('a key is kept for a day; after that it may make something else, once', async () => {
  const tenant = await herbarium.newTenant()
  const sent = { key: newKey(), said: { file_name: 'a.png' } }
  const first = await create(tenant, sent)
  clock.advance(23 * HOUR_MS)
  await expectReplay(first, await create(tenant, sent))
  clock.advance(2 * HOUR_MS)
  const next = await create(tenant, { key: sent.key, said: { file_name: 'b.png' } })
  const replayed = await create(tenant, { key: sent.key, said: { file_name: 'b.png' } })
  await expectReplay(next, replayed)
  expect(await countOf(tenant)).toBe(2)
})

test('a client that lost the answer finds its asset by sending the request again', async () => {
  const tenant = await herbarium.newTenant()
  const key = newKey()
  const body = JSON.stringify({ source: 'signed-url', workspace_id: tenant.workspaceId })
  const wire = await openWire(herbarium.origin)
  const headers = {
    authorization: `Bearer ${tenant.apiKey}`,
    'idempotency-key': key,
    'content-type': 'application/json',
    'content-length': body.length,
  }
  await wire.write(head('POST /api/v1/assets', headers) + body)
  await until(
    () => countOf(tenant),
    count => count === 1,
  )
  wire.cut()
  const again = await create(tenant, { key })
  expect(isReplay(again)).toBe(true)
  expect(await countOf(tenant)).toBe(1)
})

test('tickets and media urls of a replay are those of the first answer and work', async () => {
  const sent = { key: newKey() }
  await create(herbarium, sent)
  const reservation = (await (await create(herbarium, sent)).json()) as Reservation
  expect((await postFile(herbarium, reservation, await sampleBytes('i.png'))).status).toBe(204)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({
    status: 'ready',
    url: reservation.url,
  })
  expect((await reserve(herbarium)).asset_id).not.toBe(reservation.asset_id)
})
