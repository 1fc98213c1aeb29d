// Delivery of large files by the real program: whole, at the reader's pace, and with nothing left open.
import { createHash } from 'node:crypto'
import { readdir, stat, truncate } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { MIB, openFilesBelow, watchMemory } from '../support/process-facts.ts'
import { firstTenant } from '../support/process-tenant.ts'
import { type ReadySample, readyAsset } from '../support/ready-asset.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningProcess, startProcess } from '../support/start-process.ts'

const SIZE = 64 * MIB

let server: RunningProcess
let large: ReadySample
let sha256: string
beforeAll(async () => {
  server = await startProcess()
  large = await readyAsset(await firstTenant(server), wavOf(SIZE, 7), 'large.wav')
  sha256 = createHash('sha256').update(large.bytes).digest('hex')
})
afterAll(() => server.close())

const openMedia = () => openFilesBelow(server.pid, path.join(server.dataDir, 'blobs/media'))

/** Begins a GET; resolves with the answer once its head is here. The body waits to be read. */
function begin(headers: Record<string, string> = {}): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  http.get(large.url, { agent: false, headers }, resolve).once('error', reject)
  return promise
}

async function digest(answer: http.IncomingMessage): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of answer) hash.update(chunk)
  return hash.digest('hex')
}

test('64 MiB come back byte for byte, whole and in ranges from several places at once', async () => {
  expect(await digest(await begin())).toBe(sha256)
  const quarter = SIZE / 4
  const parts = await Promise.all(
    [0, 1, 2, 3].map(async n => {
      const answer = await begin({ range: `bytes=${n * quarter}-${(n + 1) * quarter - 1}` })
      expect(answer.statusCode).toBe(206)
      return Buffer.concat(await answer.toArray())
    }),
  )
  expect(Buffer.concat(parts).equals(large.bytes)).toBe(true)
})

test('readers that stop reading hold little memory and one open file, and block nobody; it is closed when they are gone', async () => {
  const growth = await watchMemory(server.pid)
  const readers = await Promise.all(Array.from({ length: 16 }, () => begin()))
  for (const reader of readers) reader.once('readable', () => reader.read(1))
  await delay(500)
  expect(await openMedia()).toHaveLength(1)
  expect(await growth()).toBeLessThan(64 * MIB) // they asked for 1 GiB
  const began = performance.now()
  expect((await fetch(`${server.origin}/readyz`)).status).toBe(200)
  expect(await digest(await begin())).toBe(sha256)
  expect(performance.now() - began).toBeLessThan(5000)
  for (const reader of readers) reader.destroy()
  await vi.waitFor(async () => expect(await openMedia()).toEqual([]), { timeout: 5000 })
})

test('a slow reader gets every byte in the end', async () => {
  const answer = await begin()
  const hash = createHash('sha256')
  let chunks = 0
  for await (const chunk of answer) {
    hash.update(chunk)
    if (++chunks % 200 === 0) await delay(5)
  }
  expect(hash.digest('hex')).toBe(sha256)
})

test('clients that hang up at any moment leave no file open', async () => {
  const hangUp = async (n: number) => {
    const request = http.get(large.url, { agent: false }).on('error', () => undefined)
    const gone = new Promise(resolve => request.once('close', resolve))
    setTimeout(() => request.destroy(), n % 20)
    await gone
  }
  await Promise.all(Array.from({ length: 200 }, (_, n) => hangUp(n)))
  await vi.waitFor(async () => expect(await openMedia()).toEqual([]), { timeout: 5000 })
  expect((await fetch(large.url, { method: 'HEAD' })).status).toBe(200)
})

test('a large file that has lost its bytes is told as an error, with nothing that a cache would keep', async () => {
  const size = 2 * MIB + 4
  const spoilt = await readyAsset(await firstTenant(server), wavOf(size, 8), 'spoilt.wav')
  const media = path.join(server.dataDir, 'blobs/media')
  for (const name of await readdir(media, { recursive: true }))
    if ((await stat(path.join(media, name))).size === size) await truncate(path.join(media, name), 1000)
  const { status, headers } = await fetch(spoilt.url)
  expect({ status, kept: headers.get('cache-control'), etag: headers.get('etag') }).toEqual({
    status: 503,
    kept: 'no-store',
    etag: null,
  })
})
