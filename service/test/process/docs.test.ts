// The commands that documents show, run as they stand against a server in a process of its own.
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import { samplePath } from '../support/samples.ts'
import { cleanEnvironment, REPOSITORY, type RunningProcess, startProcess } from '../support/start-process.ts'

let server: RunningProcess
let tenant: ProcessTenant
beforeAll(async () => {
  await promisify(execFile)('jq', ['--version']).catch(cause => {
    throw new Error("jq is missing, which the documents' commands need: install Debian's jq", { cause })
  })
  server = await startProcess()
  tenant = await firstTenant(server)
})
afterAll(() => server.close())

/** All blocks of shell below a heading, or of the whole document, as one script. */
async function scriptOf(document: string, heading?: string): Promise<string> {
  const text = await readFile(path.join(REPOSITORY, document), 'utf8')
  const from = heading === undefined ? 0 : text.indexOf(`\n## ${heading}\n`)
  const to = heading === undefined ? text.length : text.indexOf('\n## ', from + 1)
  const blocks = [...text.slice(from, to).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block)
  expect(blocks).not.toEqual([])
  return blocks.join('\n')
}

const run = (script: string, cwd: string) =>
  promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    env: cleanEnvironment({ FLORA_BASE_URL: `${server.origin}/api/v1`, FLORA_API_KEY: tenant.apiKey }),
  })

test('the guide goes from its first command to its last', async () => {
  const { stdout } = await run(await scriptOf('docs/guide.md'), REPOSITORY)
  expect(stdout).toContain(`${server.origin}/projects/${tenant.projectId}`)
  const { assets } = await tenant.client.assets.list()
  expect(assets).toMatchObject([{ name: 'moss.png', status: 'pending_upload' }])
})

test('the curl lines of uploads.md send a file in each of three ways, and complete it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-docs-'))
  try {
    await copyFile(samplePath('a.wav'), path.join(folder, 'take.wav'))
    const script = await scriptOf('docs/uploads.md', 'With curl')
    const { stdout } = await run(script.replace('ws_...', tenant.workspaceId), folder)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ready' })
  } finally {
    await rm(folder, { recursive: true })
  }
})
