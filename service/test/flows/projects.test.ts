// Projects, what is on their canvas, and attaching.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { postJson, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { post, stored } from '../support/uploads.ts'

const clock = createTestClock()
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ world: { clock } })
})
afterAll(() => herbarium.close())

const newProject = (name = 'A project') =>
  herbarium.client.projects.create({ name, workspace_id: herbarium.workspaceId })

const attach = (projectId: string, assetId: string) =>
  herbarium.client.projects.assets.attachAsset(assetId, { projectId })

test('a project is created, found and listed the same', async () => {
  const before = clock.now()
  const project = await newProject('  Spring campaign 🌿 ')
  expect(project).toEqual({
    project_id: expect.stringMatching(/^prj_\w+$/),
    name: 'Spring campaign 🌿',
    workspace_id: herbarium.workspaceId,
    origin: 'api',
    created_at: expect.any(Number),
    last_modified: project.created_at,
  })
  expect(project.created_at).toBeGreaterThanOrEqual(before)
  expect(Number.isSafeInteger(project.created_at)).toBe(true)
  expect(await herbarium.client.projects.retrieve(project.project_id)).toEqual(project)
  const { projects } = await herbarium.client.projects.list({ workspace_id: herbarium.workspaceId, limit: 1 })
  expect(projects).toEqual([project])
})

test('creation answers 201', async () => {
  const response = await postJson(herbarium, '/projects', { workspace_id: herbarium.workspaceId, name: 'n' })
  expect(response.status).toBe(201)
})

test.each([
  [{ workspace_id: undefined }, ['workspace_id']],
  [{ workspace_id: 'prj_1' }, ['workspace_id']],
  [{ name: undefined }, ['name']],
  [{ name: '' }, ['name']],
  [{ name: '  ' }, ['name']],
  [{ name: 'a\nb' }, ['name']],
  [{ name: 'a\0b' }, ['name']],
  [{ name: 'a\ud800' }, ['name']],
  [{ name: 'x'.repeat(201) }, ['name']],
  [{ name: 7 }, ['name']],
  [{ folder_id: 'f' }, ['folder_id']],
])('a project with %j is refused on %j', async (said, fields) => {
  const body = { workspace_id: herbarium.workspaceId, name: 'n', ...said }
  const refusal = await refusalIn(await postJson(herbarium, '/projects', body))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields })
})

test('the list wants a workspace', async () => {
  const refusal = await refusalIn(await herbarium.call('/projects'))
  expect(refusal).toMatchObject({ status: 400, code: 'input_validation_error', fields: ['workspace_id'] })
})

test('projects are listed by recent activity: attaching brings one to the front', async () => {
  const tenant = await herbarium.newTenant()
  const ids: string[] = []
  for (const name of ['one', 'two', 'three']) {
    clock.advance(10)
    ids.push((await tenant.client.projects.create({ name, workspace_id: tenant.workspaceId })).project_id)
  }
  const listed = async () => {
    const { projects } = await tenant.client.projects.list({ workspace_id: tenant.workspaceId })
    return projects.map(({ name }) => name)
  }
  expect(await listed()).toEqual(['three', 'two', 'one'])
  clock.advance(10)
  const { asset_id } = await stored(tenant)
  await tenant.client.projects.assets.attachAsset(asset_id, { projectId: ids[0] ?? '' })
  expect(await listed()).toEqual(['one', 'three', 'two'])
  const one = await tenant.client.projects.retrieve(ids[0] ?? '')
  expect(one.last_modified).toBeGreaterThan(one.created_at)
})

test('projects are searched by name and walked page by page', async () => {
  const tenant = await herbarium.newTenant()
  for (const name of ['Alpha 1', 'beta', 'alpha 2', 'ALPHA 3', '100%'])
    await tenant.client.projects.create({ name, workspace_id: tenant.workspaceId })
  const walked: string[] = []
  const query = { workspace_id: tenant.workspaceId, query: 'alpha', limit: 2 }
  for await (const { name } of tenant.client.projects.list(query)) walked.push(name)
  expect(walked.toSorted()).toEqual(['ALPHA 3', 'Alpha 1', 'alpha 2'])
  expect((await tenant.client.projects.list({ ...query, query: '%' })).projects).toMatchObject([
    { name: '100%' },
  ])
})

test('attaching a ready asset makes a node and answers where the canvas is', async () => {
  const { project_id } = await newProject()
  const { asset_id, url } = await stored(herbarium, { file_name: 'a.png' })
  const response = await post(herbarium, `/projects/${project_id}/assets/${asset_id}/attach`)
  expect(response.status).toBe(201)
  const attached = (await response.json()) as { node_id: string }
  expect(attached).toEqual({
    project_id,
    asset_id,
    node_id: expect.stringMatching(/^node_\w+$/),
    canvas_url: `${herbarium.origin}/projects/${project_id}`,
  })
  const { nodes } = await herbarium.client.projects.listNodes(project_id)
  expect(nodes).toEqual([
    { node_id: attached.node_id, type: 'image', label: 'a.png', url, asset_id, width: 640, height: 480 },
  ])
})

test('each call makes a node of its own, newest first', async () => {
  const { project_id } = await newProject()
  const { asset_id } = await stored(herbarium)
  const first = await attach(project_id, asset_id)
  const second = await attach(project_id, asset_id)
  const { nodes } = await herbarium.client.projects.listNodes(project_id)
  expect(nodes.map(({ node_id }) => node_id)).toEqual([second.node_id, first.node_id])
})

test.each([
  ['v.mp4', 'video'],
  ['a.mp3', 'audio'],
  ['i.webp', 'image'],
  ['three.pdf', 'text'],
])('%s becomes a node of type %s with its name and url', async (sample, type) => {
  const { project_id } = await newProject()
  const { asset_id, url } = await stored(herbarium, { file_name: sample }, await sampleBytes(sample))
  await attach(project_id, asset_id)
  const { nodes } = await herbarium.client.projects.listNodes(project_id)
  expect(nodes).toMatchObject([{ type, label: sample, url, asset_id }])
})

test('nodes are walked page by page', async () => {
  const { project_id } = await newProject()
  const { asset_id } = await stored(herbarium)
  const made: string[] = []
  for (let n = 0; n < 5; n++) made.unshift((await attach(project_id, asset_id)).node_id)
  const walked: string[] = []
  for await (const { node_id } of herbarium.client.projects.listNodes(project_id, { limit: 2 }))
    walked.push(node_id)
  expect(walked).toEqual(made)
})

test('a cursor of one canvas is no cursor of another', async () => {
  const [one, other] = [await newProject(), await newProject()]
  const { asset_id } = await stored(herbarium)
  for (const project of [one, one, other, other]) await attach(project.project_id, asset_id)
  const { meta } = await herbarium.client.projects.listNodes(one.project_id, { limit: 1 })
  const cursor = meta.next_cursor ?? ''
  const refusal = await refusalOf(herbarium.client.projects.listNodes(other.project_id, { cursor }))
  expect(refusal).toMatchObject({ status: 400, fields: ['cursor'] })
})

test('only a ready asset can be attached: a pending and a failed one are a conflict', async () => {
  const { project_id } = await newProject()
  const pending = await reserve(herbarium)
  const failed = await stored(herbarium, {}, Buffer.alloc(0))
  expect(await refusalOf(attach(project_id, pending.asset_id))).toMatchObject({
    status: 409,
    code: 'conflict',
  })
  expect(await refusalOf(attach(project_id, failed.asset_id))).toMatchObject({
    status: 409,
    code: 'conflict',
    shouldRetry: 'false',
  })
  expect((await herbarium.client.projects.listNodes(project_id)).nodes).toEqual([])
})

test('attaching wants a project and an asset that are there, each named when it is not', async () => {
  const { project_id } = await newProject()
  const { asset_id } = await stored(herbarium)
  const noProject = await refusalOf(attach('prj_missing', asset_id))
  expect(noProject).toMatchObject({ status: 404, code: 'not_found', message: 'There is no such project.' })
  const noAsset = await refusalOf(attach(project_id, 'asset_missing'))
  expect(noAsset).toMatchObject({ status: 404, code: 'not_found', message: 'There is no such asset.' })
  expect(await refusalOf(attach('ws_1', asset_id))).toMatchObject({ status: 400, fields: ['project_id'] })
  expect(await refusalOf(attach(project_id, 'prj_1'))).toMatchObject({ status: 400, fields: ['asset_id'] })
})

test('the alias proj_ works in every path and is answered as prj_', async () => {
  const { project_id } = await newProject()
  const { asset_id } = await stored(herbarium)
  const alias = project_id.replace('prj_', 'proj_')
  expect((await herbarium.client.projects.retrieve(alias)).project_id).toBe(project_id)
  const attached = await attach(alias, asset_id)
  expect(attached.project_id).toBe(project_id)
  expect(attached.canvas_url).toBe(`${herbarium.origin}/projects/${project_id}`)
  expect((await herbarium.client.projects.listNodes(alias)).nodes).toHaveLength(1)
})

test('canvas_url is a page that answers, and says the same of a project that is not there', async () => {
  const { project_id } = await newProject('Secret name')
  const { asset_id } = await stored(herbarium)
  const { canvas_url } = await attach(project_id, asset_id)
  const real = await herbarium.fetch(canvas_url)
  expect(real.status).toBe(200)
  expect(real.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const missing = await herbarium.fetch(canvas_url.replace(project_id, 'prj_missing'))
  expect(missing.status).toBe(200)
  const html = await real.text()
  expect(html).not.toContain('Secret name')
  expect((await missing.text()).replaceAll('prj_missing', 'ID')).toBe(html.replaceAll(project_id, 'ID'))
})
