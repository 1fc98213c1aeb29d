// Many files at a time, steered one by one, against a real server.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { wavOf } from '../../service/test/support/samples.ts'
import { type RunningService, startService } from '../../service/test/support/start-service.ts'
import { createClient, createUploadQueue, type QueuedUpload, type UploadQueueOptions } from '../src/index.ts'

const MB = 1_000_000

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

const clientWith = (options: { apiKey?: string } = {}) =>
  createClient({ baseUrl: `${herbarium.origin}/api/v1`, maxRetries: 0, ...options })

/** As a page has it: without a key, and with a backend that reserves. */
let asked: string[]
const fromPage = (): UploadQueueOptions => ({
  client: clientWith(),
  getReservation: ({ name, size }) => {
    asked.push(name)
    return clientWith({ apiKey: herbarium.apiKey }).reserve({ name, size })
  },
})
beforeEach(() => {
  asked = []
})

const fileOf = (name: string, bytes = 100_000) => new File([wavOf(bytes, 1)], name, { lastModified: 1 })

/** Once the upload looks like this. */
async function become(uploads: () => readonly QueuedUpload[], id: string, looks: Partial<QueuedUpload>) {
  return vi.waitFor(
    () => {
      const upload = uploads().find(one => one.id === id)
      expect(upload).toMatchObject(looks)
      return upload
    },
    { timeout: 20_000, interval: 2 },
  )
}

/** Once so many bytes of it have gone. */
const sent = (uploads: () => readonly QueuedUpload[], bytes: number) =>
  vi.waitFor(() => expect(uploads()[0]?.sentBytes).toBeGreaterThan(bytes), { timeout: 20_000, interval: 2 })

test('all files become ready, no more at a time than the limit, and listeners hear of each step', async () => {
  const ready: string[] = []
  const options: UploadQueueOptions = {
    ...fromPage(),
    limit: 2,
    onReady: asset => ready.push(asset.asset_id),
  }
  const queue = createUploadQueue(() => options)
  let most = 0
  const unsubscribe = queue.subscribe(() => {
    most = Math.max(most, queue.uploads().filter(({ status }) => status === 'uploading').length)
  })
  const ids = queue.add(['a.wav', 'b.wav', 'c.wav', 'd.wav', 'e.wav'].map(name => fileOf(name)))
  for (const id of ids) await become(queue.uploads, id, { status: 'ready', phase: 'ready' })
  unsubscribe()
  expect(most).toBe(2)
  expect(asked).toEqual(['a.wav', 'b.wav', 'c.wav', 'd.wav', 'e.wav'])
  expect(ready.toSorted()).toEqual(
    queue
      .uploads()
      .map(({ asset }) => asset?.asset_id)
      .toSorted(),
  )
})

test('a paused file goes on where it was with the reservation it had; a waiting one can be paused too', async () => {
  const queue = createUploadQueue(() => ({ ...fromPage(), limit: 1 }))
  const [large = '', small = ''] = queue.add([fileOf('large.wav', 30 * MB), fileOf('small.wav')])
  queue.pause(small)
  await sent(queue.uploads, 5 * MB)
  queue.pause(large)
  expect(queue.uploads().map(({ status }) => status)).toEqual(['paused', 'paused'])
  const before = queue.uploads()[0]?.sentBytes ?? 0
  const seen: number[] = []
  queue.subscribe(() => {
    const [upload] = queue.uploads()
    if (upload?.phase === 'sending' && upload.status === 'uploading') seen.push(upload.sentBytes)
  })
  queue.resume(large)
  await become(queue.uploads, large, { status: 'ready' })
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(before)
  expect(asked).toEqual(['large.wav'])
  queue.resume(small)
  await become(queue.uploads, small, { status: 'ready' })
})

test('a cancelled file is out of the queue and off the server, running or paused', async () => {
  const queue = createUploadQueue(() => ({ client: clientWith({ apiKey: herbarium.apiKey }) }))
  const assetsBefore = (await herbarium.client.assets.list()).assets.length
  const [one = ''] = queue.add([fileOf('one.wav', 40 * MB)])
  await sent(queue.uploads, 2 * MB)
  queue.cancel(one)
  expect(queue.uploads()).toEqual([])
  const [two = ''] = queue.add([fileOf('two.wav', 40 * MB)])
  await sent(queue.uploads, 2 * MB)
  queue.pause(two)
  queue.cancel(two)
  expect(queue.uploads()).toEqual([])
  await vi.waitFor(
    async () => expect((await herbarium.client.assets.list()).assets).toHaveLength(assetsBefore),
    { timeout: 10_000 },
  )
})

test('a failed file says why and can be retried; one whose asset is gone gets another reservation', async () => {
  let refuses = true
  const queue = createUploadQueue(() => {
    const { client, getReservation } = fromPage()
    const refused = async () => Promise.reject(new Error('not you'))
    return { client, getReservation: refuses ? refused : getReservation }
  })
  const [id = ''] = queue.add([fileOf('mine.wav', 30 * MB)])
  await become(queue.uploads, id, { status: 'failed', error: new Error('not you') })
  refuses = false
  queue.retry(id)
  await sent(queue.uploads, 2 * MB)
  queue.pause(id)
  const owner = clientWith({ apiKey: herbarium.apiKey })
  for await (const { asset_id } of owner.list({ query: 'mine.wav' })) await owner.delete(asset_id)
  queue.resume(id)
  const lost = await become(queue.uploads, id, { status: 'failed' })
  expect(lost?.error).toMatchObject({ code: 'not_found' })
  queue.retry(id)
  await become(queue.uploads, id, { status: 'ready', error: undefined })
  expect(asked).toEqual(['mine.wav', 'mine.wav'])
})
