// Bytes flow through the program; they do not pile up in it.
import { createHash, type Hash } from 'node:crypto'
import http from 'node:http'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MIB, watchMemory } from '../support/process-facts.ts'
import { firstTenant, type ProcessTenant } from '../support/process-tenant.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningProcess, startProcess } from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

const SIZE = 160 * MIB
const MAY_GROW_BYTES = 100_000_000

let server: RunningProcess
let tenant: ProcessTenant
beforeEach(async () => {
  server = await startProcess()
  tenant = await firstTenant(server)
})
afterEach(() => server.close())

/** A WAV that is made while it is sent; its bytes are hashed on their way. */
function* streamedWav(sizeBytes: number, hash: Hash): Generator<Buffer> {
  const first = wavOf(MIB)
  first.writeUInt32LE(sizeBytes - 8, 4)
  first.writeUInt32LE(sizeBytes - 44, 40)
  for (let sent = 0; sent < sizeBytes; sent += MIB) {
    const chunk = sent === 0 ? first : Buffer.alloc(MIB, sent / MIB)
    hash.update(chunk)
    yield chunk
  }
}

function* asForm(file: Iterable<Buffer>): Generator<Buffer> {
  yield Buffer.from('--boundary\r\ncontent-disposition: form-data; name="file"; filename="blob"\r\n\r\n')
  yield* file
  yield Buffer.from('\r\n--boundary--\r\n')
}

async function send(
  url: string,
  options: { method: string; headers: http.OutgoingHttpHeaders },
  body: Iterable<Buffer>,
): Promise<number> {
  const request = http.request(url, { agent: false, ...options })
  const answered = new Promise<http.IncomingMessage>(resolve => request.once('response', resolve))
  await pipeline(body, request)
  const answer = await answered
  answer.resume()
  return answer.statusCode ?? 0
}

async function digestAt(url: string): Promise<string> {
  const hash = createHash('sha256')
  const { body } = await fetch(url)
  for await (const chunk of body ?? []) hash.update(chunk)
  return hash.digest('hex')
}

test.each([
  { name: 'PUT', method: 'PUT', headers: { 'content-length': SIZE }, wrap: (file: Iterable<Buffer>) => file },
  {
    name: 'form',
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=boundary' },
    wrap: asForm,
  },
])(
  '160 MiB up by $name and down again grow the memory by less than 100 MB',
  async ({ method, headers, wrap }) => {
    const growth = await watchMemory(server.pid)
    const hash = createHash('sha256')
    const asset = await tenant.client.assets.create({
      source: 'signed-url',
      workspace_id: tenant.workspaceId,
    })
    const status = await send(asset.upload_url ?? '', { method, headers }, wrap(streamedWav(SIZE, hash)))
    expect(status).toBe(204)
    expect(await tenant.client.assets.complete(asset.asset_id)).toMatchObject({ status: 'ready' })
    expect(await digestAt(asset.url ?? '')).toBe(hash.digest('hex'))
    expect(await growth()).toBeLessThan(MAY_GROW_BYTES)
  },
)

test('64 uploads at once are all answered and all ready', async () => {
  const size = MIB
  const uploadOne = async () => {
    const asset = await tenant.client.assets.create({
      source: 'signed-url',
      workspace_id: tenant.workspaceId,
    })
    const hash = createHash('sha256')
    const options = { method: 'PUT', headers: { 'content-length': size } }
    expect(await send(asset.upload_url ?? '', options, streamedWav(size, hash))).toBe(204)
    expect(await tenant.client.assets.complete(asset.asset_id)).toMatchObject({ status: 'ready' })
    expect(await digestAt(asset.url ?? '')).toBe(hash.digest('hex'))
  }
  await Promise.all(Array.from({ length: 64 }, uploadOne))
})
