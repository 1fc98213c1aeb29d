// Clients that repeat a request whose answer was lost, and say so without a key: it is done once.
import { setTimeout as delay } from 'node:timers/promises'
import { FLORA } from '@flora-ai/flora'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { expectReplay, isReplay, newKey, type Sending, send, sendForm } from '../support/replays.ts'
import { type AssetUpload, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type LossyProxy, startLossyProxy } from '../support/start-lossy-proxy.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, postFile, stored, uploaded } from '../support/uploads.ts'

const TEN_MINUTES_MS = 600_000

const clock = createTestClock()
let herbarium: RunningService
let internet: Internet
let proxy: LossyProxy
let png: Buffer
beforeAll(async () => {
  internet = await startInternet()
  herbarium = await startService({
    world: { clock, remote: internet.world },
    environment: internet.environment,
  })
  proxy = await startLossyProxy(() => herbarium.origin)
  png = await sampleBytes('i.png')
})
afterAll(async () => {
  await proxy.close()
  await herbarium.close()
  await internet.close()
})

/** The official client, behind a network that loses the next answer. */
function lossyClient(tenant: Tenant): FLORA {
  Object.assign(proxy, { losses: 1, lost: 0 })
  return new FLORA({ apiKey: tenant.apiKey, baseURL: `${proxy.origin}/api/v1`, maxRetries: 2 })
}

const assetsOf = async (tenant: Tenant) => (await tenant.client.assets.list({ limit: 100 })).assets

async function newProject(tenant: Tenant): Promise<string> {
  return (await tenant.client.projects.create({ name: 'p', workspace_id: tenant.workspaceId })).project_id
}

const nodesOf = async (tenant: Tenant, projectId: string) =>
  (await tenant.client.projects.listNodes(projectId)).nodes

test('the official client attaches over a network that loses the answer: one node', async () => {
  const tenant = await herbarium.newTenant()
  const [project_id, { asset_id }] = [await newProject(tenant), await stored(tenant)]
  const attached = await lossyClient(tenant).projects.assets.attachAsset(asset_id, { projectId: project_id })
  expect(proxy.lost).toBe(1)
  expect((await nodesOf(tenant, project_id)).map(({ node_id }) => node_id)).toEqual([attached.node_id])
})

test('the official client deletes over a network that loses the answer: it is told that it did', async () => {
  const tenant = await herbarium.newTenant()
  const { asset_id } = await stored(tenant)
  await lossyClient(tenant).delete(`/assets/${asset_id}`)
  expect(proxy.lost).toBe(1)
  expect(await assetsOf(tenant)).toEqual([])
})

test('the official client stores a file over a network that loses the answer: one asset', async () => {
  const tenant = await herbarium.newTenant()
  const file = new File([new Uint8Array(png)], 'a.png')
  const asset = await lossyClient(tenant).assets.upload(file, { workspace_id: tenant.workspaceId })
  expect(proxy.lost).toBe(1)
  expect((await assetsOf(tenant)).map(({ asset_id }) => asset_id)).toEqual([asset.asset_id])
})

test('the official client retries over a network that loses the answer: it holds the live instructions', async () => {
  const tenant = await herbarium.newTenant()
  const { asset_id } = await reserve(tenant)
  const fresh = (await lossyClient(tenant).assets.retry(asset_id)) as unknown as Reservation
  expect(proxy.lost).toBe(1)
  expect((await herbarium.service.records.assets.find(asset_id))?.attempt).toBe(2)
  expect((await postFile(herbarium, fresh, png)).status).toBe(204)
})

test('the official client completes over a network that loses the answer: ready, or failed as it was', async () => {
  for (const [bytes, status] of [
    [png, 'ready'],
    [await sampleBytes('html.png'), 'failed'],
  ] as const) {
    const { asset_id } = await uploaded(herbarium, {}, bytes)
    expect(await lossyClient(herbarium).assets.complete(asset_id)).toMatchObject({ status })
    expect(proxy.lost).toBe(1)
  }
})

interface Noted {
  status: number
  send(sending: Sending): Promise<Response>
}

const verb = (method: string, status: number, path: string): Noted => ({
  status,
  send: sending => send(herbarium, path, { method, ...sending }),
})

const attachPath = (assetId: string) => `/projects/${herbarium.projectId}/assets/${assetId}/attach`

const NOTED: [string, () => Promise<Noted>][] = [
  ['retry', async () => verb('POST', 200, `/assets/${(await reserve(herbarium)).asset_id}/retry`)],
  ['attach', async () => verb('POST', 201, attachPath((await stored(herbarium)).asset_id))],
  ['delete', async () => verb('DELETE', 204, `/assets/${(await stored(herbarium)).asset_id}`)],
  [
    'direct upload',
    async () => {
      const said = { file_name: `${newKey()}.png` }
      return { status: 201, send: sending => sendForm(herbarium, png, { said, ...sending }) }
    },
  ],
  [
    'upload from a URL',
    async () => {
      internet.answer = (_request, response) => response.end(png)
      const source = internet.url('files.example.com', `/${newKey()}`)
      const body = { source, workspace_id: herbarium.workspaceId }
      return { status: 201, send: sending => send(herbarium, '/assets', { ...sending, body }) }
    },
  ],
]

test.each(NOTED)(
  'a repeated %s is answered with the first one, under its request-id',
  async (_what, make) => {
    const asked = await make()
    const first = await asked.send({})
    expect(first.status).toBe(asked.status)
    await expectReplay(first.clone(), await asked.send({ repeats: 1 }))
    await expectReplay(first, await asked.send({ repeats: 2 }))
  },
)

test.each(NOTED)('a %s that is not repeated is done anew', async (what, make) => {
  for (const repeats of [0, 'many', '-1', '1.5', '']) {
    const asked = await make()
    await asked.send({})
    const second = await asked.send({ repeats })
    expect(isReplay(second)).toBe(false)
    expect(second.status).toBe(what === 'delete' ? 404 : asked.status)
  }
})

test.each(NOTED)('a repeated %s whose first never arrived is done', async (_what, make) => {
  const asked = await make()
  const only = await asked.send({ repeats: 1 })
  expect([only.status, isReplay(only)]).toEqual([asked.status, false])
})

test.each(NOTED)(
  'a %s is a repetition for ten minutes, and another request after that',
  async (what, make) => {
    const asked = await make()
    await asked.send({})
    clock.advance(TEN_MINUTES_MS - 30_000)
    expect(isReplay(await asked.send({ repeats: 1 }))).toBe(true)
    clock.advance(30_000)
    const late = await asked.send({ repeats: 1 })
    expect(isReplay(late)).toBe(false)
    expect(late.status).toBe(what === 'delete' ? 404 : asked.status)
  },
)

test('a repetition is that of the newest, and of the same API key only', async () => {
  const path = attachPath((await stored(herbarium)).asset_id)
  await send(herbarium, path)
  const newest = await send(herbarium, path)
  await expectReplay(newest, await send(herbarium, path, { repeats: 1 }))
  const { records, world } = herbarium.service
  const { workspaceId } = herbarium
  const { secret } = await createKey({ keys: records.keys, ...world }, { workspaceId, name: 'second' })
  const other = herbarium.tenantOf(secret, workspaceId)
  expect(isReplay(await send(other, path, { repeats: 1 }))).toBe(false)
})

test('two different files sent one after the other do not disturb each other', async () => {
  const webp = await sampleBytes('i.webp')
  const said = { file_name: newKey() }
  const [first, second] = [
    await sendForm(herbarium, png, { said }),
    await sendForm(herbarium, webp, { said }),
  ]
  await expectReplay(first, await sendForm(herbarium, png, { said, repeats: 1 }))
  await expectReplay(second, await sendForm(herbarium, webp, { said, repeats: 1 }))
})

test('a repeated direct upload that had failed fails again with the same asset', async () => {
  const html = await sampleBytes('html.png')
  const said = { file_name: newKey() }
  const first = await sendForm(herbarium, html, { said })
  const again = await expectReplay<AssetUpload>(first, await sendForm(herbarium, html, { said, repeats: 1 }))
  expect(again.status).toBe('failed')
})

test('a URL that could not be fetched is replayed with its reason, also after a retry', async () => {
  internet.answer = (_request, response) => response.writeHead(404).end()
  const body = { source: internet.url(), workspace_id: herbarium.workspaceId, file_name: newKey() }
  const first = await send(herbarium, '/assets', { body })
  const { asset_id } = (await first.clone().json()) as AssetUpload
  await send(herbarium, `/assets/${asset_id}/retry`)
  const again = await expectReplay<AssetUpload>(first, await send(herbarium, '/assets', { body, repeats: 1 }))
  expect(again).toMatchObject({ status: 'failed', failure_message: expect.stringContaining('404') })
})

test('what a first request made and someone deleted is made again', async () => {
  const said = { file_name: newKey() }
  const { asset_id } = (await (await sendForm(herbarium, png, { said })).json()) as AssetUpload
  await send(herbarium, `/assets/${asset_id}`, { method: 'DELETE' })
  const again = await sendForm(herbarium, png, { said, repeats: 1 })
  expect(isReplay(again)).toBe(false)
  expect(((await again.json()) as AssetUpload).asset_id).not.toBe(asset_id)
})

test('a repeated retry is never answered with instructions that are used up', async () => {
  const { asset_id } = await reserve(herbarium)
  const path = `/assets/${asset_id}/retry`
  const used = (await (await send(herbarium, path)).json()) as Reservation
  await postFile(herbarium, used, await sampleBytes('html.png'))
  expect((await completed(herbarium, asset_id)).status).toBe('failed')
  const fresh = await send(herbarium, path, { repeats: 1 })
  expect(isReplay(fresh)).toBe(false)
  expect((await postFile(herbarium, (await fresh.json()) as Reservation, png)).status).toBe(204)
})

test('a repeated request whose first was refused is done, once it can be', async () => {
  const reservation = await reserve(herbarium)
  const path = attachPath(reservation.asset_id)
  expect((await send(herbarium, path)).status).toBe(409)
  await postFile(herbarium, reservation, png)
  await completed(herbarium, reservation.asset_id)
  expect((await send(herbarium, path, { repeats: 1 })).status).toBe(201)
})

test('reservations and projects that say the same are not one, repeated or not', async () => {
  const tenant = await herbarium.newTenant()
  for (const [path, said] of [
    ['/assets', { source: 'signed-url' }],
    ['/projects', { name: 'Untitled' }],
  ] as const) {
    const body = { workspace_id: tenant.workspaceId, ...said }
    expect((await send(tenant, path, { body })).status).toBe(201)
    const again = await send(tenant, path, { body, repeats: 1 })
    expect([again.status, isReplay(again)]).toEqual([201, false])
  }
  expect(await assetsOf(tenant)).toHaveLength(2)
})

test('a key is stronger than the count: another key is another request', async () => {
  const path = attachPath((await stored(herbarium)).asset_id)
  await send(herbarium, path)
  expect(isReplay(await send(herbarium, path, { key: newKey(), repeats: 1 }))).toBe(false)
})

test('a repetition that arrives while the first is under way waits for it', async () => {
  const tenant = await herbarium.newTenant()
  const goOn = Promise.withResolvers<void>()
  const asked = internet.stranger.asked.length
  internet.answer = async (_request, response) => {
    await goOn.promise
    response.end(png)
  }
  const source = internet.url('files.example.com', `/${newKey()}`)
  const body = { source, workspace_id: tenant.workspaceId }
  const first = send(tenant, '/assets', { body })
  await expect.poll(() => internet.stranger.asked.length).toBe(asked + 1)
  const repeated = send(tenant, '/assets', { body, repeats: 1 })
  expect(await Promise.race([repeated, delay(300, 'still waiting')])).toBe('still waiting')
  goOn.resolve()
  await expectReplay(await first, await repeated)
  expect(await assetsOf(tenant)).toHaveLength(1)
})
