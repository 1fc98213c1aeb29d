// Uploads from Node: each way that bytes go, and what is told meanwhile.
import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleBytes, samplePath, wavOf } from '../../service/test/support/samples.ts'
import { type RunningService, startService } from '../../service/test/support/start-service.ts'
import { type Client, createClient, type Progress } from '../src/index.ts'

const MB = 1_000_000

let herbarium: RunningService
let client: Client
/** Method and path of every request, without the ticket. */
let asked: string[] = []
beforeAll(async () => {
  herbarium = await startService()
  client = createClient({
    baseUrl: `${herbarium.origin}/api/v1`,
    apiKey: herbarium.apiKey,
    fetch: (url, init) => {
      const path = new URL(url).pathname.replace(/\/uploads\/.*/, '/uploads').replace(/asset_\w+/, 'ID')
      asked.push(`${init.method} ${path.replace('/api/v1', '')}`)
      return herbarium.fetch(url, init)
    },
  })
})
afterAll(() => herbarium.close())

async function servedBy(url: string): Promise<string> {
  const bytes = Buffer.from(await (await fetch(url)).arrayBuffer())
  return createHash('sha256').update(bytes).digest('hex')
}
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('a small file with an API key is one request, and all that is said of it is kept', async () => {
  asked = []
  const asset = await client.upload(await openAsBlob(samplePath('i.png'), { type: 'image/png' }), {
    workspaceId: herbarium.workspaceId,
    projectId: herbarium.projectId,
    folder: 'client/direct',
    name: 'sheet.png',
    metadata: { kind: 'fern', season: 'spring' },
    sha256: sha256Of(await sampleBytes('i.png')),
  })
  expect(asset).toMatchObject({
    status: 'ready',
    uploaded_via: 'direct',
    name: 'sheet.png',
    folder: 'client/direct',
    upload_content_type: 'image/png',
    metadata: { kind: 'fern', season: 'spring' },
  })
  expect(asked).toEqual(['POST /assets', 'GET /assets/ID'])
  expect(await servedBy(asset.url)).toBe(sha256Of(await sampleBytes('i.png')))
})

test.each([1, 10])('a file of %i MB is kept for as long as is said', async size => {
  const asset = await client.upload(new Blob([wavOf(size * MB, size)]), {
    retention: 'ephemeral',
    deleteAfterSeconds: 600,
  })
  expect(asset).toMatchObject({ status: 'ready', retention: 'ephemeral' })
  const away = Date.parse(asset.delete_at ?? '') - Date.now()
  expect(away).toBeGreaterThan(500_000)
  expect(away).toBeLessThanOrEqual(600_000)
})

test('without a workspace it goes to the one of the key', async () => {
  const asset = await client.upload({ path: samplePath('i.jpg') })
  expect(asset).toMatchObject({ workspace_id: herbarium.workspaceId, name: 'i.jpg' })
})

test('a middling file goes by the form of its reservation', async () => {
  const wav = wavOf(5 * MB, 1)
  asked = []
  const asset = await client.upload(new File([wav], 'take.wav', { type: 'audio/wav' }), {
    workspaceId: herbarium.workspaceId,
    metadata: { take: '1' },
  })
  expect(asked).toEqual(['POST /assets', 'POST /uploads', 'POST /assets/ID/complete', 'GET /assets/ID'])
  expect(asset).toMatchObject({
    name: 'take.wav',
    upload_content_type: 'audio/wav',
    uploaded_via: 'signed_url',
    metadata: { take: '1' },
  })
  expect(await servedBy(asset.url)).toBe(sha256Of(wav))
})

test('a large file goes in growing chunks, and its progress never falls', async () => {
  const wav = wavOf(30 * MB, 2)
  const told: Progress[] = []
  asked = []
  const asset = await client.upload(new File([wav], 'long.wav'), {
    workspaceId: herbarium.workspaceId,
    onProgress: progress => told.push(progress),
  })
  expect(asked.slice(0, 3)).toEqual(['POST /assets', 'HEAD /uploads', 'PATCH /uploads'])
  expect(asked.filter(request => request.startsWith('PATCH')).length).toBeLessThan(30)
  expect([...new Set(told.map(({ phase }) => phase))]).toEqual(['reserving', 'sending', 'verifying', 'ready'])
  const sent = told.map(({ sentBytes }) => sentBytes)
  expect(sent).toEqual(sent.toSorted((a, b) => a - b))
  expect(sent.at(-1)).toBe(wav.length)
  expect(await servedBy(asset.url)).toBe(sha256Of(wav))
})

test('the way can be chosen', async () => {
  asked = []
  await client.upload({ path: samplePath('i.webp') }, { method: 'resumable' })
  await client.upload({ path: samplePath('i.png') }, { method: 'form' })
  expect(asked.filter(request => request.endsWith('/uploads'))).toEqual([
    'HEAD /uploads',
    'PATCH /uploads',
    'POST /uploads',
  ])
})

test('a reservation made without a size takes any file, and one for another size says so', async () => {
  const wav = new File([wavOf(9 * MB, 3)], 'any.wav')
  expect(await client.upload(wav, { reservation: await client.reserve() })).toMatchObject({ status: 'ready' })
  await expect(client.upload(wav, { reservation: await client.reserve({ size: 12 }) })).rejects.toMatchObject(
    { code: 'input_validation_error', fields: [{ field: 'upload-length' }] },
  )
})

test('an upload URL that was replaced is renewed, and nothing that it had brought is sent again', async () => {
  const wav = wavOf(20 * MB, 4)
  const reservation = await client.reserve({ name: 'renewed.wav', size: wav.length })
  const begun = new AbortController()
  const pausing = client.upload(new File([wav], 'renewed.wav'), {
    reservation,
    signal: begun.signal,
    onProgress: ({ sentBytes }) => sentBytes > 5 * MB && begun.abort('pause'),
  })
  await expect(pausing).rejects.toMatchObject({ code: 'aborted' })
  await herbarium.call(`/assets/${reservation.asset_id}/retry`, { method: 'POST' })
  const sent: number[] = []
  const asset = await client.upload(new File([wav], 'renewed.wav'), {
    reservation,
    onProgress: ({ phase, sentBytes }) => phase === 'sending' && sent.push(sentBytes),
  })
  expect(sent[0]).toBeGreaterThan(5 * MB)
  expect(asset.asset_id).toBe(reservation.asset_id)
  expect(await servedBy(asset.url)).toBe(sha256Of(wav))
})

test('an upload whose asset has become ready meanwhile is answered with it', async () => {
  const file = new File([wavOf(9 * MB, 8)], 'done.wav')
  for (const method of ['form', 'resumable'] as const) {
    const reservation = await client.reserve()
    const asset = await client.upload(file, { reservation })
    expect(await client.upload(file, { reservation, method })).toEqual(asset)
  }
})

test('a store lets another client go on with the same file, and only with the same for the same place', async () => {
  const wav = wavOf(20 * MB, 5)
  const file = new File([wav], 'kept.wav', { lastModified: 1 })
  const store = new Map<string, string>()
  const upload = async (folder: string, stopAtBytes = Number.POSITIVE_INFINITY) => {
    const stop = new AbortController()
    const sent: number[] = []
    const asset = await client.upload(file, {
      folder,
      store,
      signal: stop.signal,
      onProgress: ({ phase, sentBytes }) => {
        if (phase === 'sending') sent.push(sentBytes)
        if (sentBytes >= stopAtBytes) stop.abort('pause')
      },
    })
    return { asset, from: sent[0] }
  }
  await expect(upload('here', 5 * MB)).rejects.toMatchObject({ code: 'aborted' })
  expect(store.size).toBe(1)
  expect((await upload('there')).from).toBe(0)
  const { asset, from } = await upload('here')
  expect(from).toBeGreaterThanOrEqual(5 * MB)
  expect(asset.folder).toBe('here')
  expect(await servedBy(asset.url)).toBe(sha256Of(wav))
  expect(store.size).toBe(0)
})

test('the same file twice at once makes two assets', async () => {
  const file = new File([wavOf(9 * MB, 6)], 'twice.wav', { lastModified: 1 })
  const store = new Map<string, string>()
  const [one, two] = await Promise.all([client.upload(file, { store }), client.upload(file, { store })])
  expect(one.asset_id).not.toBe(two.asset_id)
})

test('what was remembered and has been deleted meanwhile is reserved anew', async () => {
  const file = new File([wavOf(9 * MB, 7)], 'gone.wav', { lastModified: 1 })
  const store = new Map<string, string>()
  const stop = new AbortController()
  const onReserved = () => stop.abort('pause')
  const stopped = await client.upload(file, { store, signal: stop.signal, onReserved }).catch(error => error)
  expect(stopped).toMatchObject({ code: 'aborted' })
  await client.delete(stopped.assetId)
  expect(await client.upload(file, { store })).toMatchObject({ status: 'ready' })
})

test('lists what fits over all pages, attaches it, waits for it and deletes it', async () => {
  for (const n of [1, 2, 3])
    await client.upload({ path: samplePath('a.wav') }, { folder: 'paged', metadata: { n: String(n) } })
  const found = []
  for await (const asset of client.list({ folder: 'paged', type: 'audio', status: 'ready', pageSize: 2 }))
    found.push(asset.metadata.n)
  expect(found).toEqual(['3', '2', '1'])
  const first = await client.listPage({ folder: 'paged', pageSize: 2 })
  const last = await client.listPage({ folder: 'paged', pageSize: 2, cursor: first.meta.next_cursor ?? '' })
  expect([...first.assets, ...last.assets].map(({ metadata }) => metadata.n)).toEqual(found)
  expect(last.meta.next_cursor).toBeNull()
  const second = await client.list({ folder: 'paged', metadata: { n: '2' } }).next()
  const id = second.value?.asset_id ?? ''
  expect(await client.waitUntilReady(id)).toMatchObject({ asset_id: id, status: 'ready' })
  expect(await client.attach(herbarium.projectId, id)).toMatchObject({ project_id: herbarium.projectId })
  await client.delete(id)
  await expect(client.get(id)).rejects.toMatchObject({ code: 'not_found', status: 404, assetId: id })
})

test('a retry gives instructions anew, and the id alone completes what was sent there', async () => {
  const { asset_id, upload_url } = await client.reserve({ name: 'again.png' })
  const renewed = await client.retry(asset_id)
  expect(renewed).toMatchObject({ asset_id, status: 'pending_upload' })
  expect(renewed.upload_url).not.toBe(upload_url)
  const body = new Uint8Array(await sampleBytes('i.png'))
  await herbarium.fetch(renewed.upload_url ?? '', { method: 'PUT', body })
  expect(await client.complete({ asset_id })).toMatchObject({ asset_id, status: 'ready', name: 'again.png' })
  await expect(client.retry(asset_id)).rejects.toMatchObject({ code: 'conflict', assetId: asset_id })
})
