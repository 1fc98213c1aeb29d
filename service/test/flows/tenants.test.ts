// Two tenants who cannot see each other: foreign ids in every place, exactly as the contract says.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { postJson, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { directForm, post, postAsset, postFile, stored } from '../support/uploads.ts'

/** What the victim has; the stranger has learned every id of it. */
interface Belongings {
  pending: Reservation
  readyId: string
  readyUrl: string
  failedId: string
  projectId: string
}

let herbarium: RunningService
let victim: Tenant
let stranger: Tenant
let theirs: Belongings
beforeAll(async () => {
  herbarium = await startService()
  victim = await herbarium.newTenant()
  stranger = await herbarium.newTenant()
  const project = await victim.client.projects.create({ name: 'Theirs', workspace_id: victim.workspaceId })
  const ready = await stored(victim, { file_name: 'secret.png', project_id: project.project_id })
  theirs = {
    pending: await reserve(victim, { file_name: 'secret pending.png' }),
    readyId: ready.asset_id,
    readyUrl: ready.url,
    failedId: (await stored(victim, {}, Buffer.alloc(0))).asset_id,
    projectId: project.project_id,
  }
})
afterAll(() => herbarium.close())

/** Everything the victim could see of its own things. */
const viewOfVictim = async () => [
  await victim.client.assets.list().then(page => page.assets),
  await victim.client.projects.list({ workspace_id: victim.workspaceId }).then(page => page.projects),
  await victim.client.projects.listNodes(theirs.projectId).then(page => page.nodes),
]

const bodyOf = async (response: Response) => ({ status: response.status, body: await response.text() })

test.each([
  ['a pending asset', () => theirs.pending.asset_id],
  ['a ready asset', () => theirs.readyId],
  ['a failed asset', () => theirs.failedId],
])(
  '%s of another workspace is answered exactly as one that is missing, and is not touched',
  async (_what, id) => {
    const before = await viewOfVictim()
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/complete'],
      ['POST', '/retry'],
      ['DELETE', ''],
    ]) {
      const ask = async (assetId: string) =>
        bodyOf(await stranger.call(`/assets/${assetId}${path}`, { method: method ?? 'GET' }))
      const foreign = await ask(id())
      expect(foreign.status).toBe(404)
      expect(foreign).toEqual(await ask('asset_missing'))
    }
    expect(await viewOfVictim()).toEqual(before)
  },
)

test('a project of another workspace is answered exactly as one that is missing', async () => {
  for (const path of ['', '/nodes']) {
    const foreign = await bodyOf(await stranger.call(`/projects/${theirs.projectId}${path}`))
    expect(foreign.status).toBe(404)
    expect(foreign).toEqual(await bodyOf(await stranger.call(`/projects/prj_missing${path}`)))
  }
})

test('attach refuses a foreign asset, a foreign project and both as if they were missing', async () => {
  const before = await viewOfVictim()
  const own = {
    assetId: (await stored(stranger)).asset_id,
    projectId: (await stranger.client.projects.create({ name: 'Mine', workspace_id: stranger.workspaceId }))
      .project_id,
  }
  const attach = async (projectId: string, assetId: string) =>
    bodyOf(await post(stranger, `/projects/${projectId}/assets/${assetId}/attach`))
  const foreignProject = await attach(theirs.projectId, own.assetId)
  expect(foreignProject.status).toBe(404)
  expect(foreignProject).toEqual(await attach('prj_missing', own.assetId))
  for (const assetId of [theirs.readyId, theirs.pending.asset_id]) {
    const foreignAsset = await attach(own.projectId, assetId)
    expect(foreignAsset.status).toBe(404)
    expect(foreignAsset).toEqual(await attach(own.projectId, 'asset_missing'))
  }
  expect((await attach(theirs.projectId, theirs.readyId)).status).toBe(404)
  expect(await viewOfVictim()).toEqual(before)
})

test('a new asset cannot be bound for a foreign project: not found, as if it were missing', async () => {
  const before = await viewOfVictim()
  const bound = async (project_id: string) =>
    bodyOf(
      await postJson(stranger, '/assets', {
        source: 'signed-url',
        workspace_id: stranger.workspaceId,
        project_id,
      }),
    )
  const foreign = await bound(theirs.projectId)
  expect(foreign.status).toBe(404)
  expect(foreign).toEqual(await bound('prj_missing'))
  const form = directForm(stranger, await sampleBytes('i.png'), { project_id: theirs.projectId })
  expect(await refusalIn(await postAsset(stranger, form))).toMatchObject({ status: 404, code: 'not_found' })
  expect(await viewOfVictim()).toEqual(before)
})

test('a named foreign workspace is forbidden everywhere, with one body whether it exists or not', async () => {
  const before = await viewOfVictim()
  const asking: ((workspaceId: string) => Promise<Response>)[] = [
    workspace_id => postJson(stranger, '/assets', { source: 'signed-url', workspace_id }),
    workspace_id => postJson(stranger, '/projects', { name: 'n', workspace_id }),
    workspace_id => stranger.call(`/assets?workspace_id=${workspace_id}`),
    workspace_id => stranger.call(`/projects?workspace_id=${workspace_id}`),
    async workspace_id =>
      postAsset(stranger, directForm({ ...stranger, workspaceId: workspace_id }, await sampleBytes('i.png'))),
  ]
  const files = await herbarium.files()
  for (const ask of asking) {
    const foreign = await bodyOf(await ask(victim.workspaceId))
    expect(foreign.status).toBe(403)
    expect(JSON.parse(foreign.body)).toMatchObject({ error: { code: 'forbidden' } })
    expect(foreign).toEqual(await bodyOf(await ask('ws_missing')))
  }
  expect(await viewOfVictim()).toEqual(before)
  expect(await herbarium.files()).toEqual(files)
})

test('the list filtered by a foreign project is an empty page', async () => {
  const page = await stranger.client.assets.list({ project_id: theirs.projectId })
  expect(page.assets).toEqual([])
  expect(page.meta).toEqual({ next_cursor: null, total_estimate: null })
})

test('neither lists nor searches show anything of another workspace', async () => {
  const alone = await herbarium.newTenant()
  expect((await alone.client.assets.list()).assets).toEqual([])
  expect((await alone.client.assets.list({ query: 'secret' })).assets).toEqual([])
  expect((await alone.client.projects.list({ workspace_id: alone.workspaceId })).projects).toEqual([])
  const { workspaces } = await alone.client.workspaces.list()
  expect(workspaces).toEqual([
    { workspace_id: alone.workspaceId, name: 'other', role: 'owner', created_at: expect.any(Number) },
  ])
})

test("a cursor of another workspace's list is refused, and says nothing", async () => {
  const { meta } = await victim.client.assets.list({ limit: 1 })
  const refusal = await refusalOf(stranger.client.assets.list({ cursor: meta.next_cursor ?? '' }))
  expect(refusal).toMatchObject({ status: 400, fields: ['cursor'] })
})

test("a ticket opens its own asset only: sent with a stranger's key it still fills the victim's", async () => {
  const reservation = await reserve(victim)
  const sent = await herbarium.fetch(reservation.upload_url, {
    method: 'PUT',
    headers: { authorization: `Bearer ${stranger.apiKey}` },
    body: new Uint8Array(await sampleBytes('i.png')),
  })
  expect(sent.status).toBe(204)
  expect((await stranger.client.assets.list({ query: 'secret' })).assets).toEqual([])
  expect(await victim.client.assets.complete(reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('one idempotency key of two tenants is two requests', async () => {
  const ask = (tenant: Tenant) =>
    tenant.call('/assets', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'shared' },
      body: JSON.stringify({ source: 'signed-url', workspace_id: tenant.workspaceId, file_name: 'a.png' }),
    })
  const [mine, other] = [await ask(stranger), await ask(victim)]
  expect(other.headers.get('idempotent-replayed')).toBeNull()
  const ids = [await mine.json(), await other.json()].map(body => (body as Reservation).asset_id)
  expect(new Set(ids).size).toBe(2)
})

test('what is ready is served to whoever has the url: the url is the capability', async () => {
  expect((await fetch(theirs.readyUrl)).status).toBe(200)
  expect((await fetch(theirs.readyUrl.replace(/\/media\/[\w-]+/, `/media/${'A'.repeat(30)}`))).status).toBe(
    404,
  )
  expect(theirs.readyUrl).not.toContain(theirs.readyId)
  expect((await postFile(herbarium, theirs.pending, await sampleBytes('i.png'))).status).toBe(204)
})
