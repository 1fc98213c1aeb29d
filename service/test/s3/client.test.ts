// The client package where bytes are kept in a bucket: its form goes there, its chunks to the service.
import { createClient } from '@herbarium/client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

const MB = 1_000_000

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

const asked: string[] = []
const clientWith = ({ mayReachBucket = true } = {}) =>
  createClient({
    baseUrl: `${herbarium.origin}/api/v1`,
    apiKey: herbarium.apiKey,
    maxRetries: 0,
    fetch: (url, init) => {
      const isOurs = new URL(url).origin === herbarium.origin
      asked.push(`${init.method} ${isOurs ? 'service' : 'bucket'}`)
      return isOurs || mayReachBucket ? fetch(url, init) : Promise.reject(new TypeError('blocked'))
    },
  })

const fileOf = (bytes: number, nonce: number) =>
  new File([wavOf(bytes, nonce)], 'take.wav', { lastModified: 1 })

test('a form brings its file to the bucket, and the asset is ready', async () => {
  asked.length = 0
  const asset = await clientWith().upload(fileOf(5 * MB, 1), { contentType: 'audio/wav' })
  expect(asked.filter(request => request.endsWith('bucket'))).toEqual(['POST bucket'])
  expect(asset).toMatchObject({ status: 'ready', size_bytes: 5 * MB })
})

test('where the bucket is out of reach the file goes through the service', async () => {
  asked.length = 0
  const asset = await clientWith({ mayReachBucket: false }).upload(fileOf(5 * MB, 2))
  expect(asked.slice(-5)).not.toContain('POST bucket')
  expect(asked).toContain('PATCH service')
  expect(asset).toMatchObject({ status: 'ready', size_bytes: 5 * MB })
})

test('a large file goes in chunks, and one that is given up leaves no object', async () => {
  const client = clientWith()
  await client.upload(fileOf(20 * MB, 3))
  const before = await herbarium.files()
  const controller = new AbortController()
  const onProgress = ({ sentBytes }: { sentBytes: number }) => sentBytes > 8 * MB && controller.abort()
  const upload = client.upload(fileOf(20 * MB, 4), { signal: controller.signal, onProgress })
  await expect(upload).rejects.toMatchObject({ code: 'aborted' })
  await vi.waitFor(async () => expect(await herbarium.files()).toEqual(before), { timeout: 20_000 })
})
