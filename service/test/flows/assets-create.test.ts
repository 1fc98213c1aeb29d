// Reserving an upload: POST /assets with source "signed-url".
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn, refusalOf } from '../support/refusal-of.ts'
import { postJson, type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { aForm } from '../support/test-bytes.ts'
import { completed, formToDoor, postFile, uploaded } from '../support/uploads.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

test('a reservation names the asset, its final url and where the bytes go', async () => {
  const before = Date.now()
  const response = await postJson(herbarium, '/assets', {
    source: 'signed-url',
    workspace_id: herbarium.workspaceId,
    file_name: 'product.png',
    content_type: 'image/png',
    folder: 'api-uploads',
    project_id: herbarium.projectId,
  })
  expect(response.status).toBe(201)
  const door = expect.stringMatching(new RegExp(`^${herbarium.origin}/uploads/[\\w.-]+$`))
  const body = (await response.json()) as Reservation
  expect(body).toEqual({
    asset_id: expect.stringMatching(/^asset_\w+$/),
    uploaded_via: 'signed_url',
    url: expect.stringMatching(new RegExp(`^${herbarium.origin}/media/[\\w-]{30}/product\\.png$`)),
    workspace_id: herbarium.workspaceId,
    visibility: 'workspace',
    status: 'pending_upload',
    folder: 'api-uploads',
    retention: 'standard',
    delete_at: null,
    failure_message: null,
    expires_at: expect.any(String),
    upload: {
      ...aForm(door),
      method: 'POST',
      content_type: 'multipart/form-data',
      file_field: 'file',
      fileField: 'file',
      resumable: { protocol: 'tus', url: door },
      token: expect.stringMatching(/^ut_v1\.[\w.-]+$/),
    },
    upload_url: door,
  })
  const hour = 3_600_000
  expect(new Date(body.expires_at).getTime()).toBeGreaterThanOrEqual(before + hour)
  expect(new Date(body.expires_at).getTime()).toBeLessThanOrEqual(Date.now() + hour)
  expect(new Date(body.expires_at).toISOString()).toBe(body.expires_at)
})

test('the official client reserves with nothing but source and workspace', async () => {
  const reservation = await herbarium.client.assets.create({
    source: 'signed-url',
    workspace_id: herbarium.workspaceId,
  })
  const asset = await herbarium.client.assets.retrieve(reservation.asset_id)
  expect(asset).toMatchObject({
    status: 'pending_upload',
    name: null,
    content_type: 'application/octet-stream',
    upload_content_type: null,
    size_bytes: null,
    url: reservation.url,
  })
})

test('before the bytes are known content_type is what was declared, afterwards what they are', async () => {
  const reservation = await reserve(herbarium, { content_type: 'IMAGE/Jpeg; charset=binary' })
  expect(await herbarium.client.assets.retrieve(reservation.asset_id)).toMatchObject({
    content_type: 'image/jpeg',
    upload_content_type: 'image/jpeg',
  })
  await postFile(herbarium, reservation, await sampleBytes('i.webp'))
  await completed(herbarium, reservation.asset_id)
  expect(await herbarium.client.assets.retrieve(reservation.asset_id)).toMatchObject({
    status: 'ready',
    content_type: 'image/webp',
    upload_content_type: 'image/jpeg',
  })
})

test('two reservations in one breath are two assets with two urls and two doors', async () => {
  const [one, other] = await Promise.all([reserve(herbarium), reserve(herbarium)])
  expect(one.asset_id).not.toBe(other.asset_id)
  expect(one.url).not.toBe(other.url)
  expect(one.upload_url).not.toBe(other.upload_url)
})

test('the same file name twice makes two assets, each with bytes of its own', async () => {
  const first = await uploaded(herbarium, { file_name: 'same.bin' }, await sampleBytes('i.png'))
  const second = await uploaded(herbarium, { file_name: 'same.bin' }, await sampleBytes('i.webp'))
  await completed(herbarium, first.asset_id)
  await completed(herbarium, second.asset_id)
  const served = await Promise.all([first.url, second.url].map(url => herbarium.fetch(url)))
  expect(served.map(response => response.headers.get('content-type'))).toEqual(['image/png', 'image/webp'])
})

test('a project named at creation shows the asset on its canvas once it is ready, and not before', async () => {
  const project = await herbarium.client.projects.create({
    name: 'bound for',
    workspace_id: herbarium.workspaceId,
  })
  const reservation = await uploaded(herbarium, { project_id: project.project_id, file_name: 'node.png' })
  expect((await herbarium.client.projects.listNodes(project.project_id)).nodes).toEqual([])
  await completed(herbarium, reservation.asset_id)
  expect((await herbarium.client.projects.listNodes(project.project_id)).nodes).toEqual([
    {
      node_id: expect.stringMatching(/^node_/),
      type: 'image',
      label: 'node.png',
      url: reservation.url,
      asset_id: reservation.asset_id,
      width: 640,
      height: 480,
    },
  ])
})

test('the alias proj_ names the same project and is never answered', async () => {
  const project = await herbarium.client.projects.create({
    name: 'alias',
    workspace_id: herbarium.workspaceId,
  })
  const alias = project.project_id.replace(/^prj_/, 'proj_')
  const reservation = await uploaded(herbarium, { project_id: alias })
  await completed(herbarium, reservation.asset_id)
  const { assets } = await herbarium.client.assets.list({ project_id: alias })
  expect(assets.map(({ asset_id, project_id }) => ({ asset_id, project_id }))).toEqual([
    { asset_id: reservation.asset_id, project_id: project.project_id },
  ])
})

test('a project that does not exist is not found, and nothing is reserved', async () => {
  const tenant = await herbarium.newTenant()
  const refusal = await refusalOf(
    tenant.client.assets.create({
      source: 'signed-url',
      workspace_id: tenant.workspaceId,
      project_id: 'prj_missing',
    }),
  )
  expect(refusal).toMatchObject({ status: 404, code: 'not_found' })
  expect((await tenant.client.assets.list()).assets).toEqual([])
})

test('file_size and sha256 that hold let the asset become ready', async () => {
  const bytes = await sampleBytes('v.mp4')
  const sha256 = createHash('sha256').update(bytes).digest('hex').toUpperCase()
  const reservation = await uploaded(herbarium, { file_size: bytes.length, sha256 }, bytes)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('bytes shorter than file_size promised fail with both sizes in the reason', async () => {
  const bytes = await sampleBytes('i.png')
  const reservation = await uploaded(herbarium, { file_size: bytes.length + 1 }, bytes)
  const asset = await completed(herbarium, reservation.asset_id)
  expect(asset.status).toBe('failed')
  expect(asset.failure_message).toContain(String(bytes.length))
  expect(asset.failure_message).toContain(String(bytes.length + 1))
})

test('bytes longer than file_size promised are stopped at the door', async () => {
  const bytes = await sampleBytes('i.png')
  const reservation = await reserve(herbarium, { file_size: bytes.length - 1 })
  const refusal = await refusalIn(await formToDoor(herbarium, reservation, bytes))
  expect(refusal).toMatchObject({ status: 413, code: 'payload_too_large' })
})

test('bytes of another hash than sha256 promised fail with a reason', async () => {
  const reservation = await uploaded(herbarium, { sha256: '0'.repeat(64) })
  const asset = await completed(herbarium, reservation.asset_id)
  expect(asset).toMatchObject({ status: 'failed', failure_message: expect.stringContaining('SHA-256') })
  expect((await herbarium.fetch(reservation.url)).status).toBe(404)
})

test('metadata comes back with the asset', async () => {
  const metadata = { campaign: 'spring', 'shoot.day': '2', note: 'ähm — “quoted” 🌿' }
  const reservation = await reserve(herbarium, { metadata })
  expect(await herbarium.client.assets.retrieve(reservation.asset_id)).toMatchObject({ metadata })
})

test('an asset reserved is there for the next GET and at the head of the list', async () => {
  const reservation = await reserve(herbarium, { file_name: 'newest.png' })
  const { assets } = await herbarium.client.assets.list({ limit: 1 })
  expect(assets[0]?.asset_id).toBe(reservation.asset_id)
})
