// Promise 4, read your writes: what a 2xx has said, GET and the first page of the list say at once, whoever asks.
// At length: flows/assets-list, flows/assets-list-filters, flows/projects.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { type AssetUpload, postJson, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import type { RunningService, Tenant } from '../support/start-service.ts'
import { SIGNED_WAYS, type Street, sendBy, startStreet, WAYS } from '../support/start-street.ts'
import { begun, offsetOf, sendPiece } from '../support/tus.ts'
import { completed, retried, stored } from '../support/uploads.ts'

const file = wavOf(20_000, 1)

let street: Street
let herbarium: RunningService
beforeAll(async () => {
  street = await startStreet()
  herbarium = street.herbarium
})
afterAll(() => street.close())

type Seen = Pick<AssetUpload, 'status' | 'url' | 'folder'>

const firstPage = async (
  tenant: Tenant,
  filter: Record<string, string>,
): Promise<Seen & { asset_id: string }> => {
  const response = await tenant.call(`/assets?${new URLSearchParams({ limit: '1', ...filter })}`)
  const { assets } = (await response.json()) as { assets: [Seen & { asset_id: string }] } // by the document
  return assets[0]
}

/** GET and the first line of the list say what was just answered; the list does so under each filter. */
async function expectSeen(
  answered: AssetUpload,
  filters: Record<string, string>[] = [{}],
  tenant: Tenant = herbarium,
): Promise<void> {
  const { asset_id, status, url, folder } = answered
  const response = await tenant.call(`/assets/${asset_id}`)
  expect(await response.json()).toMatchObject({ asset_id, status, url, folder })
  expect(response.headers.get('cache-control') ?? 'no-store').toMatch(/no-store|no-cache/)
  for (const filter of filters)
    expect(await firstPage(tenant, filter)).toMatchObject({ asset_id, status, url })
  const served = await herbarium.fetch(url)
  expect(served.status).toBe(status === 'ready' ? 200 : 404)
}

test.each(WAYS)('what came by %s is seen at once, under every filter that fits it', async way => {
  const said = { file_name: `by-${way}.wav`, folder: `in/${way}`, project_id: herbarium.projectId }
  const answered = await street.bring(way, file, said)
  expect(answered.status).toBe('ready')
  await expectSeen(answered, [
    {},
    { query: `by-${way}` },
    { folder: `in/${way}` },
    { status: 'ready' },
    { type: 'audio' },
    { type: 'audio/wav', status: 'ready' },
    { project_id: herbarium.projectId },
    { workspace_id: herbarium.workspaceId },
  ])
  const { nodes } = await herbarium.client.projects.listNodes(herbarium.projectId, { limit: 100 })
  expect(nodes.filter(({ asset_id }) => asset_id === answered.asset_id)).toHaveLength(1)
})

test.each(SIGNED_WAYS)('each step of an upload by %s is seen before the next', async way => {
  const reserved = await reserve(herbarium, { metadata: { way } })
  await expectSeen(reserved, [{}, { status: 'pending_upload' }, { 'metadata.way': way }])
  expect((await sendBy(herbarium, way, reserved, Buffer.from('no media at all'))).ok).toBe(true)
  await expectSeen(reserved)
  const failed = await completed(herbarium, reserved.asset_id)
  expect(failed.status).toBe('failed')
  await expectSeen(failed, [{}, { status: 'failed' }])
  const again = await retried(herbarium, reserved.asset_id)
  await expectSeen(again, [{}, { status: 'pending_upload' }])
  expect((await sendBy(herbarium, way, again, file)).ok).toBe(true)
  const ready = await completed(herbarium, reserved.asset_id)
  expect(ready.status).toBe('ready')
  await expectSeen(ready, [{}, { status: 'ready' }, { 'metadata.way': way }])
})

test('every piece of a tus upload is counted as soon as it is answered', async () => {
  const reserved = await begun(herbarium, file.length)
  for (let from = 0; from < file.length; from += 5000) {
    await sendPiece(herbarium, reserved, { file, from, end: from + 5000 })
    expect(await offsetOf(herbarium, reserved.upload_url)).toBe(Math.min(from + 5000, file.length))
  }
})

test('projects, nodes and deletions are seen at once', async () => {
  const { client, workspaceId: workspace_id } = herbarium
  const project = await client.projects.create({ name: 'seen', workspace_id })
  expect((await client.projects.list({ workspace_id, limit: 1 })).projects).toMatchObject([project])
  expect((await client.projects.list({ workspace_id, query: 'see' })).projects).toMatchObject([project])
  expect(await client.projects.retrieve(project.project_id)).toMatchObject({ name: 'seen' })
  const { asset_id } = await stored(herbarium)
  const node = await client.projects.assets.attachAsset(asset_id, { projectId: project.project_id })
  const nodes = async () => (await client.projects.listNodes(project.project_id)).nodes
  expect(await nodes()).toMatchObject([{ node_id: node.node_id, asset_id }])
  expect(await firstPage(herbarium, { project_id: project.project_id })).toMatchObject({ asset_id })
  expect((await herbarium.call(`/assets/${asset_id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await herbarium.call(`/assets/${asset_id}`)).status).toBe(404)
  expect((await firstPage(herbarium, {})).asset_id).not.toBe(asset_id)
  expect(await firstPage(herbarium, { project_id: project.project_id })).toBeUndefined()
  expect(await nodes()).toMatchObject([{ asset_id: null, url: null }])
})

test('twenty writers at once each see their own, and so does another key of their workspace', async () => {
  const { records, world } = herbarium.service
  const png = await sampleBytes('i.png')
  const writeAndRead = async (n: number) => {
    const tenant = await herbarium.newTenant()
    const { workspaceId } = tenant
    const { secret } = await createKey({ keys: records.keys, ...world }, { workspaceId, name: 'second' })
    const reader = herbarium.tenantOf(secret, workspaceId)
    for (let round = 0; round < 3; round++) {
      await expectSeen(await reserve(tenant), [{}, { status: 'pending_upload' }], reader)
      await expectSeen(
        await stored(tenant, { file_name: `${n}-${round}` }, png),
        [{}, { query: `${n}-${round}` }],
        reader,
      )
    }
    const list = await reader.call('/assets')
    expect(await list.json()).toMatchObject({ assets: Array(6).fill({}), meta: { total_estimate: 6 } })
  }
  await Promise.all(Array.from({ length: 20 }, (_, n) => writeAndRead(n)))
})

test('a request for a URL whose answer says pending is seen as pending, and then as what became of it', async () => {
  const { internet } = street
  const given = internet.answer
  internet.answer = (_request, response) => response.writeHead(404).end()
  const source = internet.url('files.example.com', '/none.wav')
  const response = await postJson(herbarium, '/assets', { source, workspace_id: herbarium.workspaceId })
  const answered = (await response.json()) as AssetUpload
  expect(answered.status).toBe('failed')
  await expectSeen(answered, [{}, { status: 'failed' }])
  internet.answer = given
})
