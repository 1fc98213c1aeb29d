// FLORA's guide: its curl lines, but for host and key, against a server in a process of its own.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import { cleanEnvironment, REPOSITORY, type RunningProcess, startProcess } from '../support/start-process.ts'

interface Answer {
  [field: string]: unknown
  asset_id: string
  url: string
  upload: { url: string; formFields: object; fileField: string }
}

let server: RunningProcess
let tenant: ProcessTenant
/** What the script printed, by step. */
let answers: Record<string, Answer>
beforeAll(async () => {
  server = await startProcess()
  tenant = await firstTenant(server)
  const { stdout } = await promisify(execFile)('bash', ['docs/examples/guide.sh'], {
    cwd: REPOSITORY,
    env: cleanEnvironment({
      PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`,
      FLORA_BASE_URL: `${server.origin}/api/v1`,
      FLORA_API_KEY: tenant.apiKey,
    }),
  })
  answers = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map(line => [line.slice(0, line.indexOf(': ')), JSON.parse(line.slice(line.indexOf(': ') + 2))]),
  )
})
afterAll(() => server.close())

const answer = (step: string): Answer => answers[step] ?? expect.fail(`the script did not print ${step}`)

test('reserve answers what the guide shows: asset_id, url, pending_upload and instructions for a form', () => {
  expect(answer('reserve')).toMatchObject({
    asset_id: expect.stringMatching(/^asset_/),
    url: expect.stringContaining(`${server.origin}/media/`),
    status: 'pending_upload',
    upload: { url: expect.stringContaining('http'), formFields: {}, fileField: 'file' },
  })
})

test('the file goes to upload.url without a key, and complete answers ready', async () => {
  expect(answer('upload')).toEqual({ status: 204 })
  const { asset_id, url } = answer('reserve')
  expect(answer('complete')).toMatchObject({ status: 'ready', asset_id, url })
  const served = await fetch(url)
  const sample = await readFile(path.join(REPOSITORY, 'docs/sample.png'))
  expect(Buffer.from(await served.arrayBuffer()).equals(sample)).toBe(true)
})

test('list and retrieve show the asset as it was reserved and as its bytes are', () => {
  const described = {
    asset_id: answer('reserve').asset_id,
    url: answer('reserve').url,
    workspace_id: tenant.workspaceId,
    status: 'ready',
    name: 'product.png',
    folder: 'api-uploads',
    content_type: 'image/png',
    uploaded_via: 'signed_url',
  }
  expect(answer('list')).toMatchObject({ assets: [described], meta: { next_cursor: null } })
  expect(answer('retrieve')).toMatchObject(described)
})

test('attach puts it on the canvas of the project, whose page answers', async () => {
  const attached = answer('attach')
  expect(attached).toMatchObject({
    project_id: tenant.projectId,
    asset_id: answer('reserve').asset_id,
    canvas_url: `${server.origin}/projects/${tenant.projectId}`,
  })
  expect((await fetch(String(attached.canvas_url))).status).toBe(200)
})

test('retry gives fresh instructions for the same asset, and a lifecycle error for a ready one', () => {
  const pending = answer('reserve-again')
  const retried = answer('retry')
  expect(retried).toMatchObject({ asset_id: pending.asset_id, url: pending.url, status: 'pending_upload' })
  expect(retried.upload.url).not.toBe(pending.upload.url)
  expect(answer('retry-of-ready')).toMatchObject({ error: { code: 'conflict' } })
})
