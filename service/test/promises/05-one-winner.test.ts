// Promise 5, one winner: an idempotency key makes one thing, however many ask at once; an asset becomes ready once.
// At length: flows/idempotency, flows/idempotency-verbs, flows/retry-aware, flows/door-races.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenPromises } from '../support/folder-facts.ts'
import { isReplay, newKey, send, sendForm } from '../support/replays.ts'
import { type AssetUpload, reserve } from '../support/reserve.ts'
import { runSql } from '../support/rows.ts'
import { wavOf } from '../support/samples.ts'
import type { RunningService, Tenant } from '../support/start-service.ts'
import { SIGNED_WAYS, type Street, sendBy, startStreet } from '../support/start-street.ts'
import { completed, post, putFile, stored } from '../support/uploads.ts'

const file = wavOf(30_000, 1)

let street: Street
let herbarium: RunningService
beforeAll(async () => {
  street = await startStreet()
  herbarium = street.herbarium
})
afterAll(async () => {
  expect(await brokenPromises(herbarium.dataDir)).toEqual([])
  await street.close()
})

const twenty = <T>(ask: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 20 }, ask))
const assetsOf = async (tenant: Tenant) => (await tenant.client.assets.list({ limit: 100 })).assets
const mediaFiles = async () => (await herbarium.files()).filter(name => name.startsWith('media/'))

/** How many rows say so of the asset. */
const count = (sql: string, assetId: string): number =>
  Number(runSql(herbarium.dataDir, `select count(*) as n from ${sql}`, assetId)[0]?.n)

/** It became ready, or something else, in one write. */
function expectOneWinner(assetId: string): void {
  expect(count("events where type = 'asset.ready' and asset_id = ?", assetId)).toBe(1)
  expect(count("attempts where state = 'won' and asset_id = ?", assetId)).toBe(1)
}

/** All were told of the same thing, one of them first. */
async function expectOneDone(answers: Response[], status: number): Promise<Record<string, unknown>> {
  expect(answers.map(answer => answer.status)).toEqual(Array(20).fill(status))
  expect(answers.filter(answer => !isReplay(answer))).toHaveLength(1)
  expect(new Set(answers.map(({ headers }) => headers.get('request-id'))).size).toBe(1)
  const bodies = new Set(await Promise.all(answers.map(answer => answer.text())))
  expect(bodies.size).toBe(1)
  return JSON.parse([...bodies].join(''))
}

const json = (source: string) => (tenant: Tenant, key: string) =>
  send(tenant, '/assets', { key, body: { source, workspace_id: tenant.workspaceId, file_name: 'a.wav' } })

const SOURCES: Record<string, (tenant: Tenant, key: string) => Promise<Response>> = {
  'a reservation': json('signed-url'),
  'a direct upload': (tenant, key) => sendForm(tenant, file, { key }),
  'a URL': (tenant, key) => json(offered())(tenant, key),
}
let offer: string | undefined
/** One URL for all who ask. */
const offered = () => {
  offer ??= street.offer(file)
  return offer
}

test.each(Object.entries(SOURCES))(
  '%s asked for twenty times at once with one key is one asset',
  async (_, ask) => {
    const tenant = await herbarium.newTenant()
    const [key, asked, files] = [newKey(), street.internet.stranger.asked.length, await mediaFiles()]
    const made = await expectOneDone(await twenty(() => ask(tenant, key)), 201)
    expect(await assetsOf(tenant)).toMatchObject([{ asset_id: made.asset_id }])
    expect(street.internet.stranger.asked.length - asked).toBeLessThanOrEqual(1)
    const isReady = made.status === 'ready'
    expect(await mediaFiles()).toHaveLength(files.length + (isReady ? 1 : 0))
    if (isReady) expectOneWinner(String(made.asset_id))
    const later = await ask(tenant, key)
    expect(isReplay(later)).toBe(true)
    expect(await later.json()).toMatchObject({ asset_id: made.asset_id })
    expect(await assetsOf(tenant)).toHaveLength(1)
  },
)

test.each(Object.entries(SOURCES))(
  '%s with one key survives a restart between two of its askings',
  async (_, ask) => {
    const tenant = await herbarium.newTenant()
    const key = newKey()
    const first = (await (await ask(tenant, key)).json()) as AssetUpload
    await herbarium.restart()
    expect(await (await ask(tenant, key)).json()).toMatchObject({ asset_id: first.asset_id })
    expect(await assetsOf(tenant)).toHaveLength(1)
  },
)

test('a project, a retry, a node and a delete asked for twenty times at once with one key are done once', async () => {
  const { workspaceId: workspace_id, projectId } = herbarium
  const key = newKey()
  const project = () => send(herbarium, '/projects', { key, body: { name: 'once', workspace_id } })
  await expectOneDone(await twenty(project), 201)
  const named = await herbarium.client.projects.list({ workspace_id, query: 'once' })
  expect(named.projects).toHaveLength(1)

  const { asset_id } = await reserve(herbarium)
  await expectOneDone(await twenty(() => send(herbarium, `/assets/${asset_id}/retry`, { key })), 200)
  expect(count('attempts where asset_id = ?', asset_id)).toBe(2)

  const ready = await stored(herbarium)
  const attach = `/projects/${projectId}/assets/${ready.asset_id}/attach`
  await expectOneDone(await twenty(() => send(herbarium, attach, { key })), 201)
  expect(count('nodes where asset_id = ?', ready.asset_id)).toBe(1)

  const remove = () => send(herbarium, `/assets/${ready.asset_id}`, { method: 'DELETE', key })
  const removed = await twenty(remove)
  expect(removed.map(({ status }) => status)).toEqual(Array(20).fill(204))
  expect(removed.filter(answer => !isReplay(answer))).toHaveLength(1)
  expect(count("events where type = 'asset.deleted' and asset_id = ?", ready.asset_id)).toBe(1)
})

test('twenty completes at once make one ready asset, with one event, one node and one file', async () => {
  const { asset_id } = await reserve(herbarium, { project_id: herbarium.projectId }).then(async to => {
    expect((await putFile(herbarium, to, file)).status).toBe(204)
    return to
  })
  const files = await mediaFiles()
  const answers = await twenty(() => completed(herbarium, asset_id))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill('ready'))
  expectOneWinner(asset_id)
  expect(count('nodes where asset_id = ?', asset_id)).toBe(1)
  expect(await mediaFiles()).toHaveLength(files.length + 1)
})

test('completes, uploads and retries that race make one winner in the end: ten rounds', async () => {
  for (let round = 0; round < 10; round++) {
    const files = await mediaFiles()
    const to = await reserve(herbarium)
    expect((await putFile(herbarium, to, wavOf(30_000, 100 + round))).status).toBe(204)
    const complete = () => post(herbarium, `/assets/${to.asset_id}/complete`)
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, complete),
      ...SIGNED_WAYS.map((way, n) => sendBy(herbarium, way, to, wavOf(40_000, 200 + 10 * round + n))),
      ...(round % 2 ? [post(herbarium, `/assets/${to.asset_id}/retry`)] : []),
    ])
    for (const { status } of answers) expect(status).toBeOneOf([200, 201, 204, 403, 409])
    await finish(to.asset_id)
    expectOneWinner(to.asset_id)
    expect(await mediaFiles()).toHaveLength(files.length + 1)
  }
})

/** Ready by now, or by a retry, an upload and a completion. */
async function finish(assetId: string): Promise<void> {
  if ((await herbarium.client.assets.retrieve(assetId)).status === 'ready') return
  const next = await herbarium.client.assets.retry(assetId)
  const body = new Uint8Array(file)
  expect((await herbarium.fetch(next.upload_url ?? '', { method: 'PUT', body })).status).toBe(204)
  expect((await completed(herbarium, assetId)).status).toBe('ready')
}
