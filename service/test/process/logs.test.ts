// The log as an operator's tools read it: one JSON line an answer, which says on whose behalf it was and nothing secret.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import { sampleBytes } from '../support/samples.ts'
import { type Collector, startCollector } from '../support/start-collector.ts'
import { type RunningProcess, startProcess } from '../support/start-process.ts'
import { until } from '../support/uploads.ts'

let collector: Collector
let server: RunningProcess
let tenant: ProcessTenant
beforeAll(async () => {
  collector = await startCollector()
  server = await startProcess({
    environment: { LOG_LEVEL: 'info', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  })
  tenant = await firstTenant(server)
})
afterAll(async () => {
  await server.close()
  await collector.close()
})

type Line = Record<string, unknown>

const lines = async (): Promise<Line[]> =>
  server
    .stdout()
    .split('\n')
    .filter(line => line.startsWith('{') && line.endsWith('}'))
    .map(line => JSON.parse(line) as Line)

/** The lines of one request, once they are there. */
async function linesOf(response: Response, count = 1): Promise<Line[]> {
  const id = response.headers.get('request-id')
  return (await until(lines, all => all.filter(line => line.request_id === id).length >= count)).filter(
    line => line.request_id === id,
  )
}

const call = (where: string, init: RequestInit = {}) =>
  fetch(`${server.origin}/api/v1${where}`, {
    ...init,
    headers: { authorization: `Bearer ${tenant.apiKey}`, ...init.headers },
  })

const OWNER = { key_id: expect.stringMatching(/^key_/), workspace_id: expect.stringMatching(/^ws_/) }

test('an answer has its request-id, its key and its workspace, and its trace where there is one', async () => {
  const traceId = 'a'.repeat(32)
  const response = await call('/workspaces', {
    headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
  })
  expect(await linesOf(response)).toEqual([
    expect.objectContaining({
      msg: 'answered',
      method: 'GET',
      route: '/api/v1/workspaces',
      status: 200,
      trace_id: traceId,
      ...OWNER,
      workspace_id: tenant.workspaceId,
    }),
  ])
})

test('an upload by ticket has the key and the workspace of whoever reserved it, and not the ticket', async () => {
  const asset = await tenant.client.assets.create({ source: 'signed-url', workspace_id: tenant.workspaceId })
  const body = new Uint8Array(await sampleBytes('i.png'))
  const response = await fetch(asset.upload_url ?? '', { method: 'PUT', body })
  const [line] = await linesOf(response)
  expect(line).toMatchObject({ route: '/uploads/:ticket', status: 204, ...OWNER })
  expect(line?.workspace_id).toBe(tenant.workspaceId)
  expect(server.stdout()).not.toContain(new URL(asset.upload_url ?? '').pathname)
})

test('an error of ours has them too, beside what went wrong', async () => {
  await rm(path.join(server.dataDir, 'blobs/incoming'), { recursive: true })
  const form = new FormData()
  form.set('workspace_id', tenant.workspaceId)
  form.set('file', new File([await sampleBytes('i.png')], 'secret-fern.png'))
  const response = await call('/assets', { method: 'POST', body: form })
  expect(response.status).toBe(503)
  const found = await linesOf(response, 2)
  expect(found.find(line => line.level === 50)).toMatchObject({
    ...OWNER,
    trace_id: expect.stringMatching(/^\w{32}$/),
    err: { message: expect.stringContaining('ENOENT') },
  })
  expect(server.stdout()).not.toContain('secret-fern')
  expect(server.stdout()).not.toContain(tenant.apiKey)
})
