// What goes wrong, as a program can tell it apart.
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { samplePath, wavOf } from '../../service/test/support/samples.ts'
import { temporaryFolder } from '../../service/test/support/start-process.ts'
import { type RunningService, startService } from '../../service/test/support/start-service.ts'
import { type ClientOptions, createClient, HerbariumError } from '../src/index.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService({ environment: { MAX_UPLOAD_BYTES: '12000000' } })
})
afterAll(() => herbarium.close())

const clientWith = (options: Partial<ClientOptions> = {}) =>
  createClient({ baseUrl: `${herbarium.origin}/api/v1`, apiKey: herbarium.apiKey, maxRetries: 0, ...options })

async function failureOf(work: Promise<unknown>): Promise<HerbariumError> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (caught: unknown) => caught,
  )
  if (!(error instanceof HerbariumError)) throw error
  return error
}

const wavFile = (bytes: number) => new File([wavOf(bytes, 1)], 'take.wav', { lastModified: 1 })

describe('the service refuses', () => {
  test('a field: it is named, and the request can be found in the log', async () => {
    const error = await failureOf(clientWith().reserve({ folder: '../up' }))
    expect(error).toMatchObject({ code: 'input_validation_error', status: 400, canRetry: false })
    expect(error.fields).toEqual([{ field: 'folder', message: expect.any(String) }])
    expect(error.requestId).toMatch(/^req_/)
  })

  test('a key that is none, and one that is missing', async () => {
    const wrong = await failureOf(clientWith({ apiKey: 'sk_live_wrong' }).list().next())
    expect(wrong).toMatchObject({ code: 'invalid_api_key', status: 401 })
    const missing = await failureOf(clientWith({ apiKey: undefined }).get('asset_1'))
    expect(missing).toMatchObject({ code: 'unauthorized', status: undefined })
  })

  test("another's workspace, and an asset that is not there", async () => {
    const { workspaceId } = await herbarium.newTenant()
    expect(await failureOf(clientWith().reserve({ workspaceId }))).toMatchObject({
      code: 'forbidden',
      status: 403,
    })
    expect(await failureOf(clientWith().delete('asset_1'))).toMatchObject({
      code: 'not_found',
      assetId: 'asset_1',
    })
  })

  test('an asset that is not ready for a canvas', async () => {
    const { asset_id } = await clientWith().reserve()
    const attached = await failureOf(clientWith().attach(herbarium.projectId, asset_id))
    expect(attached).toMatchObject({ code: 'conflict', status: 409, assetId: asset_id, canRetry: false })
  })

  test('a file that is larger than the installation takes', async () => {
    const error = await failureOf(clientWith().upload(wavFile(13_000_000)))
    expect(error.code).toMatch(/payload_too_large|input_validation_error/)
  })

  test('bytes that are no medium: the reason is for a person, and the asset is named', async () => {
    const html = new File(['<!doctype html><p>no picture'], 'picture.png', { type: 'image/png' })
    for (const method of ['direct', 'form', 'resumable'] as const) {
      const error = await failureOf(clientWith().upload(html, { method }))
      const asset = await clientWith().get(error.assetId ?? '')
      expect(error).toMatchObject({ code: 'failed_verification', message: asset.failure_message })
      expect(await failureOf(clientWith().waitUntilReady(asset.asset_id))).toMatchObject({
        code: 'failed_verification',
        assetId: asset.asset_id,
      })
    }
  })

  test('other bytes than the hash was of', async () => {
    const error = await failureOf(clientWith().upload(wavFile(1000), { sha256: '0'.repeat(64) }))
    expect(error.code).toBe('failed_verification')
  })
})

describe('before anything is sent', () => {
  test('a page whose reservation has no token is told so', async () => {
    const reservation = await clientWith().reserve()
    const { token: _token, ...upload } = reservation.upload ?? Object.assign({}, { token: '' })
    const error = await failureOf(
      clientWith({ apiKey: undefined }).upload(wavFile(1000), {
        reservation: { ...reservation, upload } as typeof reservation,
      }),
    )
    expect(error).toMatchObject({ code: 'unauthorized', message: expect.stringContaining('upload.token') })
  })

  test('what is no file, or cannot be read, is named', async () => {
    const nothing = { path: samplePath('not-there.wav') }
    expect(await failureOf(clientWith().upload(nothing))).toMatchObject({ fields: [{ field: 'file' }] })
    // @ts-expect-error a caller without types
    expect(await failureOf(clientWith().upload({}))).toMatchObject({ fields: [{ field: 'file' }] })
    const direct = clientWith({ apiKey: undefined }).upload(wavFile(1000), { method: 'direct' })
    expect(await failureOf(direct)).toMatchObject({ fields: [{ field: 'method' }] })
  })
})

test('a file that is changed while it is sent is an error about the file, not about the network', async () => {
  const folder = await temporaryFolder()
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'take.wav')
  await writeFile(file, wavOf(11_000_000, 2))
  const error = await failureOf(
    clientWith().upload(
      { path: file },
      { onProgress: ({ sentBytes }) => sentBytes > 1_000_000 && writeFile(file, 'short') },
    ),
  )
  expect(error).toMatchObject({
    code: 'input_validation_error',
    message: 'file: can no longer be read: was it changed or removed?',
    assetId: expect.stringMatching(/^asset_/),
  })
})

describe('somebody else answers, or nobody', () => {
  /** A server of our own words, and how often it was asked. */
  async function standIn(answer: RequestListener) {
    let asked = 0
    const server = createServer((request, response) => {
      asked += 1
      request.resume()
      answer(request, response)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    return { baseUrl: `http://127.0.0.1:${port}/api/v1`, asked: () => asked }
  }

  test('nobody: network', async () => {
    const client = clientWith({ baseUrl: 'http://127.0.0.1:1/api/v1' })
    expect(await failureOf(client.get('asset_1'))).toMatchObject({
      code: 'network',
      status: undefined,
      canRetry: true,
      assetId: 'asset_1',
    })
  })

  test('nobody in time: timeout', async () => {
    const { asset_id } = await clientWith().reserve()
    expect(await failureOf(clientWith().waitUntilReady(asset_id, { timeoutSeconds: 0 }))).toMatchObject({
      code: 'timeout',
      assetId: asset_id,
    })
    const aborting = clientWith().waitUntilReady(asset_id, { signal: AbortSignal.timeout(50) })
    expect(await failureOf(aborting)).toMatchObject({ code: 'aborted' })
  })

  test('a page instead of the API: check baseUrl', async () => {
    const { baseUrl } = await standIn((_request, response) => response.end('<!doctype html>'))
    const error = await failureOf(clientWith({ baseUrl }).get('asset_1'))
    expect(error).toMatchObject({ code: 'unknown_error', message: expect.stringContaining('check baseUrl') })
  })

  test('a proxy in its own words: the code is that of its status, a bucket’s message is read', async () => {
    const { baseUrl } = await standIn((_request, response) =>
      response.writeHead(413).end('<Error><Code>EntityTooLarge</Code><Message>Too large.</Message></Error>'),
    )
    const error = await failureOf(clientWith({ baseUrl }).reserve({ workspaceId: 'ws_1' }))
    expect(error).toMatchObject({ code: 'payload_too_large', status: 413, message: 'Too large.' })
  })

  test('one that is busy is asked again when it wishes, with the same idempotency key, until it has been enough', async () => {
    const keys = new Set<unknown>()
    const { baseUrl, asked } = await standIn((request, response) => {
      keys.add(request.headers['idempotency-key'])
      response.writeHead(503, { 'retry-after-ms': '1' }).end()
    })
    const error = await failureOf(clientWith({ baseUrl, maxRetries: 3 }).reserve({ workspaceId: 'ws_1' }))
    expect(error).toMatchObject({ code: 'service_unavailable', canRetry: true, retryAfterMs: 1 })
    expect(asked()).toBe(4)
    expect(keys.size).toBe(1)
    expect([...keys][0]).toMatch(/^[0-9a-f]{32}$/)
  })

  test('one that says not to come back, or to come back tomorrow, is not asked again', async () => {
    for (const headers of [{ 'x-should-retry': 'false' }, { 'retry-after': '86400' }]) {
      const { baseUrl, asked } = await standIn((_request, response) => response.writeHead(503, headers).end())
      await failureOf(clientWith({ baseUrl, maxRetries: 3 }).reserve({ workspaceId: 'ws_1' }))
      expect(asked()).toBe(1)
    }
  })
})
