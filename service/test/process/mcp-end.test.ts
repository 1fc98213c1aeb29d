// How `herbarium mcp` ends: with its agent, by a signal, and what becomes of an upload under way.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { wavOf } from '../support/samples.ts'
import { openShell, type Shell } from '../support/shell-of.ts'
import { type Agent, startAgent } from '../support/start-agent.ts'
import { cleanEnvironment, LAUNCHER, type Watched, watch } from '../support/start-process.ts'
import {
  expectServedBy,
  type ServerBehindProxy,
  startServerBehindProxy,
} from '../support/start-server-behind-proxy.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }) // processes take their time on a busy machine

const MB = 1_000_000
const wav = wavOf(48 * MB, 7)

let server: ServerBehindProxy
let shell: Shell
let agent: Agent | undefined
let file: string
beforeEach(async () => {
  server = await startServerBehindProxy({ everyBytes: 1000 * MB, serverSees: 'end' })
  shell = await openShell({ baseUrl: `${server.proxy.origin}/api/v1`, apiKey: server.apiKey })
  file = path.join(shell.folder, 'take.wav')
  await writeFile(file, wav)
})
afterEach(async () => {
  await agent?.close()
  agent = undefined
  await shell.close()
  await server.close()
})

/** The command with its stdin in the test's hands, as far as the end of its greeting. */
async function spoken(): Promise<Watched> {
  const run = watch(process.execPath, [LAUNCHER, 'mcp'], {
    env: cleanEnvironment(shell.environment),
    cwd: shell.folder,
  })
  say(run, { id: 1, method: 'initialize', params: GREETING })
  await run.saysOnStdout(/"id":1/)
  say(run, { method: 'notifications/initialized' })
  return run
}

const GREETING = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
}

const say = (run: Watched, message: object) =>
  run.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

const beginUpload = async (run: Watched) => {
  const params = { name: 'upload-from-path', arguments: { path: 'take.wav' }, _meta: { progressToken: 'p' } }
  say(run, { id: 2, method: 'tools/call', params })
  await server.proxy.forwarded(10 * MB)
}

const messagesOf = (run: Watched) =>
  run
    .stdout()
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

/** What has arrived is not sent again, and there is no second asset. */
async function expectToGoOn(): Promise<void> {
  const before = server.proxy.forwardedBytes()
  agent = await startAgent({ environment: shell.environment, cwd: shell.folder })
  const { asset_id } = await agent.told('upload-from-path', { path: 'take.wav' })
  expect(server.proxy.forwardedBytes() - before).toBeLessThan(wav.length - 5 * MB)
  expect((await server.client.assets.list()).assets).toHaveLength(1)
  await expectServedBy(server, String(asset_id), wav)
}

test('it ends when its agent closes stdin, whether it was spoken to or not', async () => {
  for (const run of [
    watch(process.execPath, [LAUNCHER, 'mcp'], { env: cleanEnvironment(shell.environment) }),
    await spoken(),
  ]) {
    run.child.stdin?.end()
    expect(await run.exited).toEqual({ code: 0, signal: null })
  }
})

test('nothing but the protocol is on stdout, and what is no message does no harm', async () => {
  const run = await spoken()
  run.child.stdin?.write('this is no JSON\n')
  say(run, { id: 2, method: 'tools/call', params: { name: 'list' } })
  await run.saysOnStdout(/"id":2/)
  run.child.stdin?.end()
  expect(await run.exited).toEqual({ code: 0, signal: null })
  expect(messagesOf(run)).toMatchObject([
    { jsonrpc: '2.0', id: 1, result: { serverInfo: { name: 'herbarium' } } },
    { jsonrpc: '2.0', id: 2, result: { structuredContent: { assets: [] } } },
  ])
})

test('SIGTERM stops an upload, answers it and ends; the same call goes on where it was', async () => {
  const run = await spoken()
  await beginUpload(run)
  run.child.kill('SIGTERM')
  expect(await run.exited).toEqual({ code: 0, signal: null })
  const answer = messagesOf(run).find(({ id }) => id === 2)
  expect(answer.result).toMatchObject({
    isError: true,
    content: [
      { text: expect.stringMatching(/^aborted: .*\nThe same call again goes on with what has arrived/) },
    ],
  })
  await expectToGoOn()
})

test('an agent that leaves during an upload stops it, and the same call goes on where it was', async () => {
  const run = await spoken()
  await beginUpload(run)
  run.child.stdin?.end()
  expect(await run.exited).toEqual({ code: 0, signal: null })
  await expectToGoOn()
})

test('an agent that takes a call back has the upload stop, and is told of its progress before', async () => {
  agent = await startAgent({ environment: shell.environment, cwd: shell.folder })
  const controller = new AbortController()
  const told: number[] = []
  const call = agent.client.callTool(
    { name: 'upload-from-path', arguments: { path: 'take.wav' } },
    {
      signal: controller.signal,
      onprogress: ({ progress, total }) => {
        expect(total).toBe(wav.length)
        told.push(progress)
        if (progress > 5 * MB) controller.abort()
      },
    },
  )
  await expect(call).rejects.toThrow()
  expect(told).toEqual([...new Set(told)].sort((a, b) => a - b))
  expect(told.length).toBeGreaterThan(0)
  await agent.close()
  await expectToGoOn()
})
