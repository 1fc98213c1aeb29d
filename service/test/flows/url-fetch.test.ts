// A URL as the source: fetched by the service, through the same gate as every other byte.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ErrorEnvelope } from '../../src/http/errors.ts'
import { type AssetUpload, postJson } from '../support/reserve.ts'
import { samplePath } from '../support/samples.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let internet: Internet
let herbarium: RunningService
let picture: Buffer
beforeAll(async () => {
  internet = await startInternet()
  herbarium = await startService({ environment: internet.environment, world: { remote: internet.world } })
  picture = await readFile(samplePath('i.png'))
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
})
beforeEach(() => {
  internet.answer = (_request, response) => response.end(picture)
})

const create = (source: unknown, said: Record<string, unknown> = {}) =>
  postJson(herbarium, '/assets', { source, workspace_id: herbarium.workspaceId, ...said })

const created = async (source: unknown, said: Record<string, unknown> = {}) =>
  (await (await create(source, said)).json()) as AssetUpload // checked against the document by the tenant's fetch

test('the official client uploads from a URL and gets a ready asset', async () => {
  const asset = await herbarium.client.assets.upload(internet.url('files.example.com', '/fern.png'), {
    workspace_id: herbarium.workspaceId,
    folder: 'fetched',
    project_id: herbarium.projectId,
  })
  expect(asset).toMatchObject({
    status: 'ready',
    uploaded_via: 'url',
    name: 'fern.png',
    width: 640,
    folder: 'fetched',
  })
  const served = await herbarium.fetch(asset.url ?? '')
  expect(Buffer.from(await served.arrayBuffer()).equals(picture)).toBe(true)
  const nodes = await herbarium.client.projects.listNodes(herbarium.projectId)
  expect(nodes.nodes).toMatchObject([{ asset_id: asset.asset_id, type: 'image' }])
})

test('a quick URL is ready in the answer, and its address is kept nowhere', async () => {
  const asset = await created(internet.url('files.example.com', '/x.png?X-Signature=kept-nowhere'))
  expect(asset).toMatchObject({ status: 'ready', uploaded_via: 'url' })
  expect(asset).not.toHaveProperty('upload')
  for (const table of ['jobs', 'assets', 'attempts', 'events', 'requests'] as const)
    expect(JSON.stringify(await herbarium.rows.all(table))).not.toContain('kept-nowhere')
})

describe('A source that nobody may fetch is refused on source', () => {
  test.each([
    'https://127.0.0.2/x.png',
    'https://[::1]/x.png',
    'https://0x7f000002/x.png',
    'https://169.254.169.254/latest/meta-data',
    'https://user:secret@files.example.com/x.png',
    'https://files.example.com:22/x.png',
    'http://files.example.com/x.png',
    'data:image/png;base64,AAAA',
    '/etc/passwd',
    'upload',
  ])('%s', async source => {
    const response = await create(source)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as ErrorEnvelope
    expect(error.fields).toEqual([{ field: 'source', message: expect.any(String) }])
    expect(JSON.stringify(error)).not.toContain('secret')
  })
})

test('a host that leads inside fails the asset with a reason, and nothing is asked of it', async () => {
  const { connections } = internet.stranger
  const before = connections.made
  const asset = await created(internet.url('inside.files.example.com'))
  expect(asset).toMatchObject({
    status: 'failed',
    failure_message: expect.stringContaining('public internet'),
  })
  expect(connections.made).toBe(before)
})

test('what a URL gives passes the same gate: a page under a picture’s name fails', async () => {
  internet.answer = (_request, response) => {
    response.setHeader('content-type', 'image/png')
    response.end('<!doctype html><script>alert(1)</script>')
  }
  const asset = await created(internet.url())
  expect(asset).toMatchObject({ status: 'failed', failure_message: expect.stringContaining('text/html') })
  expect((await herbarium.files()).filter(file => file.startsWith('quarantine'))).toEqual([])
})

test('a missing file fails at once and says the status', async () => {
  internet.answer = (_request, response) => response.writeHead(404).end()
  const asset = await created(internet.url())
  expect(asset).toMatchObject({ status: 'failed', failure_message: expect.stringContaining('404') })
})

test('a stranger in passing trouble is asked again, and the asset becomes ready', async () => {
  let asked = 0
  internet.answer = (_request, response) => {
    asked++
    if (asked === 1) response.writeHead(503).end()
    else response.end(picture)
  }
  const asset = await herbarium.client.assets.upload(internet.url(), {
    workspace_id: herbarium.workspaceId,
    pollIntervalMs: 200,
  })
  expect(asset.status).toBe('ready')
  expect(asked).toBe(2)
})

test('a failed fetch can be retried with an upload of one’s own, under the same id and URL', async () => {
  internet.answer = (_request, response) => response.writeHead(410).end()
  const failed = await created(internet.url(), { file_name: 'late.png' })
  const retried = await herbarium.client.assets.retry(failed.asset_id)
  expect(retried).toMatchObject({ status: 'pending_upload', url: failed.url })
  const sent = await herbarium.fetch(retried.upload_url ?? '', {
    method: 'PUT',
    body: new Uint8Array(picture),
  })
  expect(sent.status).toBe(204)
  expect(await herbarium.client.assets.complete(failed.asset_id)).toMatchObject({ status: 'ready' })
})

test('a replayed request with the same key fetches once', async () => {
  let asked = 0
  internet.answer = (_request, response) => {
    asked++
    response.end(picture)
  }
  const send = () =>
    herbarium.call('/assets', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'fetch-once' },
      body: JSON.stringify({ source: internet.url(), workspace_id: herbarium.workspaceId }),
    })
  const [first, second] = [await send(), await send()]
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect(await second.json()).toEqual(await first.json())
  expect(asked).toBe(1)
})

test('a fetch that a restart cuts off goes on afterwards', async () => {
  let answering = false
  internet.answer = (_request, response) => {
    if (answering) response.end(picture)
    else response.write(picture.subarray(0, 100)) // and never ends
  }
  const slow = create(internet.url(), { file_name: 'survivor.png' }).catch(() => undefined)
  await expect.poll(() => internet.stranger.connections.open).toBeGreaterThan(0)
  const restarted = herbarium.restart()
  answering = true
  await restarted
  await slow
  const find = async () => {
    const page = (await (await herbarium.call('/assets?query=survivor')).json()) as { assets: AssetUpload[] }
    return page.assets[0]?.status
  }
  await expect.poll(find, { timeout: 15_000, interval: 300 }).toBe('ready')
})
