// The faults that a test key may ask for by header, so that its owner's retries can be tried.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filled, type Operation, operationsOf } from '../support/operations.ts'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { newKey, send, sendForm } from '../support/replays.ts'
import { type AssetUpload, postJson, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, samplePath } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { CLOSED_AFTER_MS } from '../support/test-bytes.ts'
import { createTestClock } from '../support/test-clock.ts'
import { askingFor, FAULT, testTenantOf } from '../support/test-tenant.ts'
import { tusPost } from '../support/tus.ts'
import { completed, post, putFile, retried, stored, uploaded } from '../support/uploads.ts'

const clock = createTestClock()
let internet: Internet
let herbarium: RunningService
let tester: Tenant
/** Ask for a fault with all they send. */
let expiring: Tenant
let failing: Tenant
let png: Buffer
beforeAll(async () => {
  internet = await startInternet()
  herbarium = await startService({
    environment: { ...internet.environment, RATE_LIMIT: 'off' },
    world: { remote: internet.world, clock },
  })
  png = await sampleBytes('i.png')
  internet.answer = (_request, response) => response.end(png)
  tester = await testTenantOf(herbarium, herbarium)
  expiring = askingFor(tester, 'expire-now')
  failing = askingFor(tester, 'fail-verification')
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})

const ASKED_FOR = { status: 'failed', failure_message: expect.stringContaining(FAULT) }
const timelineOf = async (assetId: string) => (await tester.call(`/assets/${assetId}/timeline`)).json()

/** A retry without the header, and all is well. */
async function expectHealed(assetId: string): Promise<void> {
  const again = await retried(tester, assetId)
  expect((await putFile(herbarium, again, png)).status).toBe(204)
  expect(await completed(tester, assetId)).toMatchObject({ status: 'ready' })
}

/** As an upload whose time is over. */
async function expectExpired(to: Reservation): Promise<void> {
  expect(Date.parse(to.expires_at)).toBeLessThanOrEqual(clock.now())
  const refusal = await refusalIn(await putFile(herbarium, to, png))
  expect(refusal).toMatchObject({ status: 403, message: expect.stringContaining('expired') })
  expect((await tusPost(herbarium, to.upload_url, { 'upload-length': '9' })).status).toBe(403)
  const unready = await refusalOf(tester.client.assets.complete(to.asset_id))
  expect(unready).toMatchObject({ status: 409, code: 'conflict', shouldRetry: 'false' })
}

async function batchOf(tenant: Tenant): Promise<Reservation> {
  const body = { workspace_id: tenant.workspaceId, assets: [{ file_name: 'a.png' }] }
  const answer = await postJson(tenant, '/assets/batch', body)
  return ((await answer.json()) as { results: { asset: Reservation }[] }).results[0]?.asset as Reservation // of one item
}

test('expire-now: a reservation has expired when it is answered, and a retry heals it', async () => {
  const asked = { source: 'signed-url', workspace_id: tester.workspaceId } as const
  const to = await tester.client.assets.create(asked, { headers: { [FAULT]: 'expire-now' } })
  await expectExpired(to as unknown as Reservation) // the client's type lacks what the wire has
  await expectHealed(to.asset_id)
})

test('expire-now: so it is in a batch, and after a retry that asks for it', async () => {
  const to = await batchOf(expiring)
  await expectExpired(to)
  await expectExpired(await retried(expiring, to.asset_id))
  await expectHealed(to.asset_id)
})

test('expire-now: the sweep closes the attempt as any other', async () => {
  const to = await reserve(expiring)
  clock.advance(CLOSED_AFTER_MS + 1)
  await herbarium.service.sweep()
  expect(await timelineOf(to.asset_id)).toMatchObject({ attempts: [{ state: 'expired' }] })
  await expectHealed(to.asset_id)
})

test('expire-now has no effect where there is no upload to expire', async () => {
  expect(await stored(expiring)).toMatchObject({ status: 'ready' })
  const body = { source: internet.url(), workspace_id: tester.workspaceId }
  expect(await (await postJson(expiring, '/assets', body)).json()).toMatchObject({ status: 'ready' })
  const to = await uploaded({ ...herbarium, ...tester })
  expect(await completed(expiring, to.asset_id)).toMatchObject({ status: 'ready' })
})

test('fail-verification: a good file is refused when it is completed, the refusal says why, a retry heals', async () => {
  const to = await reserve(failing)
  await putFile(herbarium, to, png)
  expect(await completed(tester, to.asset_id)).toMatchObject(ASKED_FOR)
  expect(await timelineOf(to.asset_id)).toMatchObject({
    attempts: [{ state: 'failed', rule: 'unreadable_file', message: expect.stringContaining(FAULT) }],
    events: expect.arrayContaining([
      expect.objectContaining({ type: 'asset.failed', data: { reason: 'unreadable_file' } }),
    ]),
  })
  await expectHealed(to.asset_id)
})

const WAYS: [string, () => Promise<AssetUpload>][] = [
  ['sent directly', () => stored(failing)],
  [
    'fetched from a URL',
    async () => {
      const body = { source: internet.url(), workspace_id: tester.workspaceId }
      return (await (await postJson(failing, '/assets', body)).json()) as AssetUpload // checked on its way
    },
  ],
  ['reserved in a batch', async () => sentAndCompleted(await batchOf(failing))],
  ['retried', async () => sentAndCompleted(await retried(failing, (await reserve(tester)).asset_id))],
  ['completed', async () => completed(failing, (await uploaded({ ...herbarium, ...tester })).asset_id)],
]
async function sentAndCompleted(to: Reservation): Promise<AssetUpload> {
  await putFile(herbarium, to, png)
  return completed(tester, to.asset_id)
}
test.each(WAYS)('fail-verification: so is one that is %s', async (_, make) => {
  const asset = await make()
  expect(asset).toMatchObject(ASKED_FOR)
  expect((await herbarium.fetch(asset.url)).status).toBe(404)
  await expectHealed(asset.asset_id)
})

test('fail-verification: the official client throws it, and uploads once it is not asked for', async () => {
  const said = { workspace_id: tester.workspaceId }
  await expect(failing.client.assets.upload(samplePath('i.png'), said)).rejects.toThrow(FAULT)
  expect(await tester.client.assets.upload(samplePath('i.png'), said)).toMatchObject({ status: 'ready' })
})

test('fail-verification: a dry run says that it would fail', async () => {
  const form = await sendForm(failing, png)
  expect(await form.json()).toMatchObject(ASKED_FOR)
  const body = new FormData()
  body.append('workspace_id', tester.workspaceId)
  body.append('file', new Blob([new Uint8Array(png)]))
  const dry = await failing.call('/assets?dry_run=true', { method: 'POST', body })
  expect(await dry.json()).toMatchObject({ would: { asset: ASKED_FOR } })
})

test('whoever has the upload token of a test key may ask for it, that of a live key not', async () => {
  const [to, live] = [await uploaded({ ...herbarium, ...tester }), await uploaded(herbarium)]
  const holderOf = ({ upload }: Reservation, { workspaceId }: Tenant) =>
    askingFor(herbarium.tenantOf(upload.token, workspaceId), 'fail-verification')
  expect(await completed(holderOf(to, tester), to.asset_id)).toMatchObject(ASKED_FOR)
  const refused = await post(holderOf(live, herbarium), `/assets/${live.asset_id}/complete`)
  expect(await refusalIn(refused)).toMatchObject({ status: 403, code: 'forbidden' })
  expect(await completed(herbarium, live.asset_id)).toMatchObject({ status: 'ready' })
})

test('under one key a request with the header is another than the one without', async () => {
  const key = newKey()
  const body = { source: 'signed-url', workspace_id: tester.workspaceId }
  const first = await send(failing, '/assets', { key, body })
  const again = await send(failing, '/assets', { key, body })
  expect(await again.json()).toEqual(await first.json())
  for (const other of [tester, expiring])
    expect(await refusalIn(await send(other, '/assets', { key, body }))).toMatchObject({
      status: 422,
      code: 'idempotency_conflict',
    })
})

/** A stream that has begun has no end: that it was not refused is its answer. */
async function ask(tenant: Tenant, { method, path }: Operation): Promise<Response> {
  const parts = { asset_id: 'asset_0', project_id: 'prj_0' }
  const answer = await tenant.call(filled(path.replace('/api/v1', ''), parts), { method })
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer
  await answer.body?.cancel()
  return new Response(null, { status: answer.status })
}

/** No test key administers, so those that do are refused before the header is looked at. */
const isForTests = ({ path }: Operation) => path.startsWith('/api/v1/') && !path.startsWith('/api/v1/admin/')

test('every operation refuses the header of a live key and an unknown value, and takes the two it knows', async () => {
  const operations = (await operationsOf(herbarium.origin)).filter(isForTests)
  expect(operations.length).toBeGreaterThan(20)
  const check = async (operation: Operation) => {
    const what = `${operation.method} ${operation.path}`
    for (const value of ['fail-verification', 'nonsense']) {
      const refusal = await refusalIn(await ask(askingFor(herbarium, value), operation))
      expect(refusal, what).toMatchObject({ status: 403, message: expect.stringContaining('--test') })
    }
    const unknown = await refusalIn(await ask(askingFor(tester, 'nonsense'), operation))
    expect(unknown, what).toMatchObject({ status: 400, fields: [FAULT] })
    expect(unknown.message).toContain('expire-now or fail-verification')
    for (const known of [expiring, failing])
      expect(await (await ask(known, operation)).text(), what).not.toContain(FAULT)
  }
  await Promise.all(operations.map(check))
})
