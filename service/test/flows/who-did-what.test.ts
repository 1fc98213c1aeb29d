// Who did what: every event names the key that caused it, whichever way it came.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { type AssetUpload, postJson, reserve } from '../support/reserve.ts'
import { samplePath } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, post, putFile, retried, stored } from '../support/uploads.ts'

interface Holder extends Tenant {
  keyId: string
}
interface Told {
  events: { type: string; actor_key_id: string | null }[]
}

const clock = createTestClock()
let internet: Internet
let herbarium: RunningService
let png: Buffer
/** Two keys of one workspace. */
let one: Holder
let two: Holder
beforeAll(async () => {
  internet = await startInternet()
  herbarium = await startService({
    environment: { RATE_LIMIT: 'off', ...internet.environment },
    world: { clock, remote: internet.world },
  })
  png = await readFile(samplePath('i.png'))
  internet.answer = (_request, response) => response.end(png)
})
beforeEach(async () => {
  ;[one, two] = [await holder(), await holder()]
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})

async function holder(): Promise<Holder> {
  const { service, workspaceId } = herbarium
  const ports = { keys: service.records.keys, ...service.world }
  const { key, secret } = await createKey(ports, { workspaceId, name: 'holder' })
  return Object.assign(herbarium.tenantOf(secret, workspaceId), { keyId: key.id })
}

/** What happened to an asset, and by whom. */
async function toldOf(assetId: string): Promise<[string, string | null][]> {
  const answer = await one.call(`/assets/${assetId}/timeline`)
  const { events } = (await answer.json()) as Told // checked against the document by the tenant's fetch
  return events.map(({ type, actor_key_id }) => [type, actor_key_id])
}

const attach = (by: Tenant, assetId: string) =>
  post(by, `/projects/${herbarium.projectId}/assets/${assetId}/attach`)

const giveUp = ({ upload_url }: { upload_url: string }) =>
  herbarium.fetch(upload_url, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } })

test('each step of an upload names the key that took it', async () => {
  const { asset_id } = await reserve(one)
  const again = await retried(two, asset_id)
  await putFile(herbarium, again, png)
  await completed(two, asset_id)
  expect((await attach(one, asset_id)).status).toBe(201)
  expect(await toldOf(asset_id)).toEqual([
    ['asset.created', one.keyId],
    ['asset.retried', two.keyId],
    ['asset.uploaded', one.keyId], // by the upload URL, which has no key: whose asset it is
    ['asset.ready', two.keyId],
    ['asset.attached', one.keyId],
  ])
})

test('an upload token acts for the key that gave it out', async () => {
  const reservation = await reserve(one)
  const retry = await retried(
    herbarium.tenantOf(reservation.upload.token, one.workspaceId),
    reservation.asset_id,
  )
  await putFile(herbarium, retry, Buffer.from('words'))
  await completed(herbarium.tenantOf(retry.upload.token, one.workspaceId), retry.asset_id)
  expect(await toldOf(retry.asset_id)).toEqual([
    ['asset.created', one.keyId],
    ['asset.retried', one.keyId],
    ['asset.uploaded', one.keyId],
    ['asset.failed', one.keyId],
  ])
})

test('a direct upload, a batch and a URL name their key from the first event to the last', async () => {
  const direct = await stored(two)
  expect(await toldOf(direct.asset_id)).toEqual([
    ['asset.created', two.keyId],
    ['asset.uploaded', two.keyId],
    ['asset.ready', two.keyId],
  ])
  const batch = await postJson(two, '/assets/batch', { workspace_id: two.workspaceId, assets: [{}] })
  const { results } = (await batch.json()) as { results: { asset: AssetUpload }[] }
  expect(await toldOf(results[0]?.asset.asset_id ?? '')).toEqual([['asset.created', two.keyId]])
  const source = internet.url('files.example.com', '/fern.png')
  const fetched = await postJson(two, '/assets', { source, workspace_id: two.workspaceId })
  const { asset_id } = (await fetched.json()) as AssetUpload
  expect(await toldOf(asset_id)).toEqual([
    ['asset.created', two.keyId],
    ['asset.uploaded', two.keyId],
    ['asset.ready', two.keyId],
  ])
})

test('giving an upload up and deleting name a key, an expiry none', async () => {
  const [cancelled, expired] = [await reserve(one), await reserve(one)]
  expect((await giveUp(cancelled)).status).toBe(204)
  expect((await toldOf(cancelled.asset_id)).at(-1)).toEqual(['asset.cancelled', one.keyId])
  clock.advance(3 * 86_400_000)
  await herbarium.service.sweep()
  expect((await toldOf(expired.asset_id)).at(-1)).toEqual(['asset.expired', null])
  expect((await two.call(`/assets/${cancelled.asset_id}`, { method: 'DELETE' })).status).toBe(204)
  const log = await one.call('/events?types=asset.deleted&wait=5')
  expect(((await log.json()) as Told).events).toMatchObject([{ actor_key_id: two.keyId }])
})
