// The commands and the program of docs/testing.md, run as they stand with the test key that its first line makes.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstTenant } from '../support/process-tenant.ts'
import {
  cleanEnvironment,
  LAUNCHER,
  REPOSITORY,
  type RunningProcess,
  startProcess,
} from '../support/start-process.ts'

let server: RunningProcess
/** Each block of code, in the order of the page. */
let blocks: string[]
let apiKey = ''
let workspaceId = ''
beforeAll(async () => {
  server = await startProcess()
  const page = await readFile(path.join(REPOSITORY, 'docs/testing.md'), 'utf8')
  blocks = [...page.matchAll(/^```(?:sh|ts)\n(.*?)^```$/gms)].map(([, block = '']) => block)
  const { workspaceId: live } = await firstTenant(server)
  const command = (blocks[0] ?? '').replace('npx herbarium', `${process.execPath} ${LAUNCHER}`)
  const { stdout } = await shell(command.replace('ws_...', live))
  apiKey = /sk_test_[\w-]{43}/.exec(stdout)?.[0] ?? ''
  workspaceId = / for (ws_\w+)/.exec(stdout)?.[1] ?? ''
  expect(workspaceId).not.toBe(live)
})
afterAll(() => server.close())

const environment = () =>
  cleanEnvironment({
    PATH: process.env.PATH,
    DATA_DIR: server.dataDir,
    FLORA_BASE_URL: `${server.origin}/api/v1`,
    FLORA_API_KEY: apiKey,
  })

const shell = (script: string) =>
  promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd: REPOSITORY, env: environment() })

const ours = (block = ''): string => block.replaceAll('ws_...', workspaceId)

test('the upload has expired, and the retry brings it', async () => {
  const { stdout } = await shell(ours(blocks[1]))
  expect(stdout).toContain('This upload ticket has expired.')
  expect(stdout).toContain('"status":"ready"')
})

test('the file is refused, and uploaded once nothing asks for that', async () => {
  const program = ours(blocks[2]).replaceAll('docs/', '../docs/')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type', 'module', '--eval', program],
    { cwd: path.join(REPOSITORY, 'service'), env: environment() },
  )
  expect(stdout).toMatch(/Herbarium-Fault.*\nready\n$/s)
})

test('the asset goes ten minutes later', async () => {
  const { stdout } = await shell(ours(blocks[3]))
  const { retention, delete_at } = JSON.parse(stdout)
  expect(retention).toBe('ephemeral')
  expect(Date.parse(delete_at) - Date.now()).toBeLessThanOrEqual(600_000)
})
