// Stopping: requests in flight finish, nobody new is let in, and the process ends.
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import http from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { clientOf, firstTenant } from '../support/process-tenant.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningProcess, startProcess, temporaryFolder } from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

async function start(dataDir?: string): Promise<RunningProcess> {
  const server = await startProcess(dataDir === undefined ? {} : { dataDir })
  onTestFinished(() => server.close())
  return server
}

interface HalfUpload {
  assetId: string
  apiKey: string
  /** Sends the rest; resolves with the status of the answer. */
  finish(): Promise<number>
  /** Resolves with the error when the connection breaks instead. */
  broken: Promise<Error>
}

/** Reserves an upload and sends the first half of its bytes. */
async function beginUpload(server: RunningProcess): Promise<HalfUpload> {
  const { apiKey, workspaceId, client } = await firstTenant(server)
  const asset = await client.assets.create({ source: 'signed-url', workspace_id: workspaceId })
  const bytes = await sampleBytes('i.png')
  const headers = { 'content-length': bytes.length, expect: '100-continue' }
  const request = http.request(asset.upload_url ?? '', { method: 'PUT', agent: false, headers })
  const broken = new Promise<Error>(resolve => request.once('error', resolve))
  const answered = new Promise<http.IncomingMessage>(resolve => request.once('response', resolve))
  request.flushHeaders()
  await once(request, 'continue') // the server reads this request now
  request.write(bytes.subarray(0, bytes.length / 2))
  return {
    assetId: asset.asset_id,
    apiKey,
    broken,
    finish: async () => {
      request.end(bytes.subarray(bytes.length / 2))
      const answer = await answered
      await text(answer)
      return answer.statusCode ?? 0
    },
  }
}

/** Whether somebody listens at the server's port. */
function isListening({ origin }: RunningProcess): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', signal => {
  test('lets an upload in flight finish, takes no new connection meanwhile, and ends with 0', async () => {
    const dataDir = await temporaryFolder()
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    const server = await start(dataDir)
    const upload = await beginUpload(server)
    server.child.kill(signal)
    await vi.waitFor(async () => expect(await isListening(server)).toBe(false), 10_000)
    expect(server.child.exitCode).toBeNull()
    expect(await upload.finish()).toBe(204)
    expect(await server.exited).toEqual({ code: 0, signal: null })
    const next = await start(dataDir)
    const asset = await clientOf(next, upload.apiKey).assets.complete(upload.assetId)
    expect(asset.status).toBe('ready')
  })
})

test('connections without a request in flight hold nothing up, used ones or silent', async () => {
  const server = await start()
  const agent = new http.Agent({ keepAlive: true })
  for (let n = 0; n < 3; n++) {
    const [answer] = await once(http.get(`${server.origin}/healthz`, { agent }), 'response')
    answer.resume()
  }
  const silent = connect(Number(new URL(server.origin).port), '127.0.0.1') // as browsers connect ahead
  await once(silent, 'connect')
  const toldAt = performance.now()
  server.child.kill('SIGTERM')
  expect(await server.exited).toEqual({ code: 0, signal: null })
  expect(performance.now() - toldAt).toBeLessThan(3000)
  expect(server.stderr()).toBe('')
  agent.destroy()
  silent.destroy()
})

test('a second signal does not wait for the upload in flight', async () => {
  const server = await start()
  const upload = await beginUpload(server)
  server.child.kill('SIGTERM')
  await vi.waitFor(async () => expect(await isListening(server)).toBe(false), 10_000)
  const toldAt = performance.now()
  server.child.kill('SIGTERM')
  expect(await server.exited).toEqual({ code: 1, signal: null })
  expect(performance.now() - toldAt).toBeLessThan(2000)
  expect(await upload.broken).toBeInstanceOf(Error)
})
