// The main job through the official client: reserve, upload, complete, use.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reserve } from '../support/reserve.ts'
import { sampleBytes, samplePath, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

test('a small file given to the official client is sent directly and comes back ready', async () => {
  const asset = await herbarium.client.assets.upload(samplePath('i.png'), {
    workspace_id: herbarium.workspaceId,
    folder: 'api-uploads',
  })
  expect(asset).toMatchObject({
    status: 'ready',
    uploaded_via: 'direct',
    name: 'i.png',
    content_type: 'image/png',
    width: 640,
    height: 480,
    folder: 'api-uploads',
  })
  const served = await herbarium.fetch(asset.url ?? '')
  expect(Buffer.from(await served.arrayBuffer())).toEqual(await readFile(samplePath('i.png')))
})

test('a file above 4 MiB is reserved, sent to the upload URL and completed', async () => {
  const bytes = wavOf(5 * 1024 * 1024)
  const asset = await herbarium.client.assets.upload(bytes, {
    workspace_id: herbarium.workspaceId,
    file_name: 'long.wav',
  })
  expect(asset).toMatchObject({
    status: 'ready',
    uploaded_via: 'signed_url',
    content_type: 'audio/wav',
    size_bytes: bytes.length,
  })
  const served = await herbarium.fetch(asset.url ?? '')
  expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true)
})

test("FLORA's published recipe works: iterate formFields, send an untyped blob, expect ready from complete", async () => {
  const reservation = await reserve(herbarium, { file_name: 'recipe.webp', content_type: 'image/webp' })
  const form = new FormData()
  for (const [name, value] of Object.entries(reservation.upload.formFields)) form.append(name, value)
  form.append(reservation.upload.fileField, new Blob([await sampleBytes('i.webp')]))
  const sent = await herbarium.fetch(reservation.upload.url, { method: 'POST', body: form })
  expect(sent.ok).toBe(true)
  const completed = await herbarium.client.assets.complete(reservation.asset_id)
  expect(completed).toMatchObject({ status: 'ready', url: reservation.url, asset_id: reservation.asset_id })
})
