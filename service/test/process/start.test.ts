// Starting: what the program says and makes, on the first start and on every other.
import { execFile } from 'node:child_process'
import { readFile, rm, stat } from 'node:fs/promises'
import https from 'node:https'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { clientOf, firstTenant } from '../support/process-tenant.ts'
import { runHerbarium } from '../support/run-herbarium.ts'
import {
  cleanEnvironment,
  type Environment,
  LAUNCHER,
  REPOSITORY,
  type RunningProcess,
  startProcess,
  temporaryFolder,
  watch,
} from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

const KEY = /sk_live_[\w-]+/g

async function freshFolder(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function start(dataDir: string, environment: Environment = {}): Promise<RunningProcess> {
  const server = await startProcess({ dataDir, environment })
  onTestFinished(() => server.close())
  return server
}

async function stop(server: RunningProcess): Promise<void> {
  server.child.kill('SIGTERM')
  expect(await server.exited).toEqual({ code: 0, signal: null })
}

describe('the first start', () => {
  let server: RunningProcess
  beforeAll(async () => {
    server = await startProcess()
  })
  afterAll(() => server.close())

  test('says where everything is, on the free port that PORT=0 picked, and answers there', async () => {
    expect(server.origin).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/)
    const { workspaceId, projectId } = await firstTenant(server)
    expect(server.stdout()).toContain(`Page       ${server.origin}/\n`)
    expect(server.stdout()).toContain(`Reference  ${server.origin}/docs\n`)
    expect(server.stdout()).toContain(`Data       ${server.dataDir}\n`)
    expect(server.stdout()).toContain(`Workspace  ${workspaceId} (`)
    expect(server.stdout()).toContain(`Project    ${projectId}\n`)
    expect(server.stdout()).toContain('herbarium key create')
    expect(server.stderr()).toBe('')
    expect(await (await fetch(`${server.origin}/readyz`)).json()).toEqual({ status: 'ready' })
    expect(await (await fetch(`${server.origin}/healthz`)).json()).toEqual({ status: 'ok' })
  })

  test('is ready soon', () => {
    expect(server.readyMs).toBeLessThan(5000)
  })

  test('without a terminal keeps the key in a file for its owner alone, and prints the path only', async () => {
    const file = path.join(server.dataDir, 'first-key.txt')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(path.join(server.dataDir, 'secret.key'))).mode & 0o777).toBe(0o600)
    expect(await readFile(file, 'utf8')).toMatch(/^sk_live_[\w-]{32,}\n$/)
    expect(server.stdout()).toContain(`API key    in ${file}\n`)
    expect(server.stdout()).not.toMatch(KEY)
  })

  test('prints an upload that can be copied and pasted', async () => {
    const [command = ''] = /^ {2}curl (?:[^\n]*\\\n)*[^\n]*/m.exec(server.stdout()) ?? []
    const { stdout } = await promisify(execFile)('bash', ['-euc', command], { cwd: REPOSITORY })
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ready', uploaded_via: 'direct' })
    const { url } = JSON.parse(stdout) as { url: string }
    expect((await fetch(url)).headers.get('content-type')).toBe('image/png')
  })

  test('is one, also when five processes start together: one workspace, one project, one key', async () => {
    const dataDir = await freshFolder()
    const servers = await Promise.all(Array.from({ length: 5 }, () => start(dataDir)))
    expect(new Set(servers.map(({ origin }) => origin)).size).toBe(5)
    expect(servers.filter(server => server.stdout().includes('API key'))).toHaveLength(1)
    const environment = { DATA_DIR: dataDir }
    const keys = await runHerbarium(['key', 'list', '--json'], environment)
    expect(JSON.parse(keys.stdout).keys).toHaveLength(1)
    const workspaces = await runHerbarium(['workspace', 'list', '--json'], environment)
    expect(JSON.parse(workspaces.stdout).workspaces).toHaveLength(1)
    const { apiKey, workspaceId } = await firstTenant(servers[0] ?? expect.fail('no server'))
    for (const server of servers) {
      const page = await clientOf(server, apiKey).projects.list({ workspace_id: workspaceId })
      expect(page.projects).toHaveLength(1)
    }
    expect(servers.map(server => server.stderr())).toEqual(['', '', '', '', ''])
  })
})

test('a later start says all but the key, makes nothing new and keeps what there is', async () => {
  const dataDir = await freshFolder()
  const first = await start(dataDir)
  const before = await firstTenant(first)
  await stop(first)
  const secret = await readFile(path.join(dataDir, 'secret.key'), 'utf8')
  const second = await start(dataDir)
  expect(second.stdout()).toContain(`Workspace  ${before.workspaceId} (`)
  expect(second.stdout()).toContain(`Project    ${before.projectId}\n`)
  expect(second.stdout()).not.toMatch(/API key|sk_live_|first-key/)
  const after = await firstTenant(second)
  expect(after).toMatchObject({ workspaceId: before.workspaceId, projectId: before.projectId })
  expect(await readFile(path.join(dataDir, 'secret.key'), 'utf8')).toBe(secret)
})

test('on a terminal the first start prints the key, later ones do not, and Ctrl-C ends it well', async () => {
  const dataDir = await freshFolder()
  const first = await onTerminal(dataDir)
  const [, key = ''] = /API key +(sk_live_[\w-]{32,})\s/.exec(first.screen) ?? []
  expect(first.code).toBe(0)
  expect(new Set(first.screen.match(KEY))).toEqual(new Set([key])) // in its line and in the command to copy
  await expect(stat(path.join(dataDir, 'first-key.txt'))).rejects.toThrow('ENOENT')
  const second = await onTerminal(dataDir)
  expect(second.code).toBe(0)
  expect(second.screen).toContain('Workspace')
  expect(second.screen).not.toMatch(KEY)
  const server = await start(dataDir)
  expect((await clientOf(server, key).workspaces.list()).workspaces).toHaveLength(1)
})

test('with TLS_CERT_FILE and TLS_KEY_FILE the server speaks HTTPS itself and every URL says so', async () => {
  const dataDir = await freshFolder()
  const [certFile, keyFile] = [path.join(dataDir, 'cert.pem'), path.join(dataDir, 'key.pem')]
  await makeCertificate(certFile, keyFile)
  const server = await start(dataDir, { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile })
  expect(server.origin).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  const apiKey = (await readFile(path.join(dataDir, 'first-key.txt'), 'utf8')).trim()
  const ca = await readFile(certFile)
  const call = async (target: string, method: string, body?: object): Promise<Record<string, unknown>> => {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    https
      .request(target, { method, headers, ca, agent: false }, answer => buffer(answer).then(resolve, reject))
      .once('error', reject)
      .end(body && JSON.stringify(body))
    return JSON.parse((await promise).toString())
  }
  const { workspaces } = await call(`${server.origin}/api/v1/workspaces`, 'GET')
  const [workspace] = workspaces as { workspace_id: string }[]
  const asset = await call(`${server.origin}/api/v1/assets`, 'POST', {
    source: 'signed-url',
    workspace_id: workspace?.workspace_id,
  })
  for (const url of [asset.url, asset.upload_url]) expect(String(url)).toMatch(`${server.origin}/`)
})

/** Starts the server on a pseudo-terminal, types Ctrl-C once it is ready, and answers what the screen showed. */
async function onTerminal(dataDir: string): Promise<{ screen: string; code: number | null }> {
  const command = `exec '${process.execPath}' '${LAUNCHER}' serve`
  const session = watch('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: cleanEnvironment({ PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: dataDir, TERM: 'dumb' }),
  })
  onTestFinished(() => void session.child.kill('SIGKILL'))
  try {
    await session.saysOnStdout(/herbarium key create/)
  } catch (cause) {
    throw new Error('No terminal: this test needs "script" of util-linux (Debian: bsdutils).', { cause })
  }
  session.child.stdin?.write('\x03')
  const { code } = await session.exited
  return { screen: session.stdout().replaceAll('\r', ''), code }
}

async function makeCertificate(certFile: string, keyFile: string): Promise<void> {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await promisify(execFile)('openssl', [
    'req',
    ...kind,
    ...subject,
    '-keyout',
    keyFile,
    '-out',
    certFile,
  ]).catch(cause => {
    throw new Error('No certificate: this test needs "openssl" (Debian: openssl).', { cause })
  })
}
