// Uploads that are given up: nothing is left, as far as the credential reaches.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { wavOf } from '../../service/test/support/samples.ts'
import { type RunningService, startService } from '../../service/test/support/start-service.ts'
import { type Client, createClient, type UploadOptions } from '../src/index.ts'

const MB = 1_000_000

let herbarium: RunningService
let client: Client
beforeAll(async () => {
  herbarium = await startService()
  client = createClient({ baseUrl: `${herbarium.origin}/api/v1`, apiKey: herbarium.apiKey })
})
afterAll(() => herbarium.close())

const assets = async () => (await herbarium.client.assets.list()).assets

/** Bytes of a deleted asset are removed by a job right after. */
const expectNothingLeft = async () => {
  expect(await assets()).toEqual([])
  await vi.waitFor(async () => expect(await herbarium.files()).toEqual([]), { timeout: 10_000 })
}

const fileOf = (bytes: number) => new File([wavOf(bytes, 1)], 'take.wav', { lastModified: 1 })

describe('with an API key', () => {
  afterEach(expectNothingLeft)

  async function cancelled(bytes: number, when: (stop: () => void) => UploadOptions): Promise<void> {
    const controller = new AbortController()
    const store = new Map<string, string>()
    const options = { store, signal: controller.signal, ...when(() => controller.abort(new Error('enough'))) }
    const error = await client.upload(fileOf(bytes), options).catch(caught => caught)
    expect(error).toMatchObject({ code: 'aborted', cause: { message: 'enough' } })
    expect(store.size).toBe(0)
  }

  test('before it began', () =>
    cancelled(MB, stop => {
      stop()
      return {}
    }))

  test('while it is reserved', () => cancelled(20 * MB, stop => ({ onProgress: stop })))

  test('while a small file is sent in one request', () => cancelled(MB, stop => ({ onProgress: stop })))

  test('while its form is sent', () =>
    cancelled(5 * MB, stop => ({
      onProgress: ({ phase }) => {
        if (phase === 'sending') setTimeout(stop, 2)
      },
    })))

  test('in the midst of its chunks', () =>
    cancelled(40 * MB, stop => ({
      onProgress: ({ sentBytes }) => {
        if (sentBytes > 5 * MB) setTimeout(stop, 2)
      },
    })))

  test('while its bytes are judged', () =>
    cancelled(20 * MB, stop => ({ onProgress: ({ phase }) => phase === 'verifying' && stop() })))
})

test('with a token alone no byte is left and the URL is dead; the empty asset stays pending', async () => {
  const reservation = await client.reserve()
  const page = createClient({ baseUrl: `${herbarium.origin}/api/v1` })
  const controller = new AbortController()
  const upload = page.upload(fileOf(20 * MB), {
    reservation,
    signal: controller.signal,
    onProgress: ({ sentBytes }) => sentBytes > 5 * MB && controller.abort(),
  })
  await expect(upload).rejects.toMatchObject({ code: 'aborted', assetId: reservation.asset_id })
  expect(await herbarium.files()).toEqual([])
  expect(await assets()).toMatchObject([{ asset_id: reservation.asset_id, status: 'pending_upload' }])
  const head = await fetch(reservation.upload_url ?? '', {
    method: 'HEAD',
    headers: { 'tus-resumable': '1.0.0' },
  })
  expect(head.status).toBe(403)
  await client.delete(reservation.asset_id)
})

test('what cannot be removed is named', async () => {
  const controller = new AbortController()
  const cutOff = createClient({
    baseUrl: `${herbarium.origin}/api/v1`,
    apiKey: herbarium.apiKey,
    maxRetries: 0,
    fetch: (url, init) =>
      init.method === 'DELETE' ? Promise.reject(new TypeError('cut off')) : fetch(url, init),
  })
  const onReserved = () => controller.abort()
  const error = await cutOff
    .upload(fileOf(20 * MB), { signal: controller.signal, onReserved })
    .catch(caught => caught)
  const [left] = await assets()
  expect(error).toMatchObject({
    code: 'aborted',
    assetId: left?.asset_id,
    message: `This was given up, but ${left?.asset_id} could not be removed.`,
    cause: { code: 'network' },
  })
  await client.delete(left?.asset_id ?? '')
})
