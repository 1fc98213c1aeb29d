// assets.upload() of the official client: one call, whatever the file comes as.
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleBytes, samplePath, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

const LARGE_BYTES = 9 * 1024 * 1024

let herbarium: RunningService
let folder: string
beforeAll(async () => {
  herbarium = await startService()
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-sdk-'))
})
afterAll(async () => {
  await herbarium.close()
  await rm(folder, { recursive: true })
})

const upload = (file: Parameters<typeof herbarium.client.assets.upload>[0], said = {}) =>
  herbarium.client.assets.upload(file, { workspace_id: herbarium.workspaceId, pollIntervalMs: 20, ...said })

async function bytesAt(url: string | null): Promise<Buffer> {
  const served = await herbarium.fetch(url ?? '')
  return Buffer.from(await served.arrayBuffer())
}

test('a small Buffer goes directly', async () => {
  const bytes = await sampleBytes('a.mp3')
  const asset = await upload(bytes, { file_name: 'song.mp3', content_type: 'audio/mpeg' })
  expect(asset).toMatchObject({ status: 'ready', uploaded_via: 'direct', name: 'song.mp3' })
  expect((await bytesAt(asset.url)).equals(bytes)).toBe(true)
})

test('a small stream goes directly and takes its name from the file', async () => {
  const asset = await upload(createReadStream(samplePath('three.pdf')))
  expect(asset).toMatchObject({ status: 'ready', uploaded_via: 'direct', name: 'three.pdf' })
  expect((await bytesAt(asset.url)).equals(await sampleBytes('three.pdf'))).toBe(true)
})

test('a small File goes directly with its own name and type', async () => {
  const file = new File([await sampleBytes('i.webp')], 'picture.webp', { type: 'image/webp' })
  expect(await upload(file)).toMatchObject({
    status: 'ready',
    uploaded_via: 'direct',
    name: 'picture.webp',
    upload_content_type: 'image/webp',
  })
})

test('a large file on disk is reserved, sent and completed', async () => {
  const file = path.join(folder, 'long.wav')
  const bytes = wavOf(LARGE_BYTES, 1)
  await writeFile(file, bytes)
  const asset = await upload(file, { folder: 'takes/one' })
  expect(asset).toMatchObject({
    status: 'ready',
    uploaded_via: 'signed_url',
    name: 'long.wav',
    folder: 'takes/one',
    size_bytes: bytes.length,
  })
  expect((await bytesAt(asset.url)).equals(bytes)).toBe(true)
})

test('a large stream is reserved, sent and completed', async () => {
  const file = path.join(folder, 'stream.wav')
  const bytes = wavOf(LARGE_BYTES, 2)
  await writeFile(file, bytes)
  const asset = await upload(createReadStream(file))
  expect(asset).toMatchObject({ status: 'ready', uploaded_via: 'signed_url', size_bytes: bytes.length })
  expect((await bytesAt(asset.url)).equals(bytes)).toBe(true)
})

test('one byte above 4 MiB is already reserved', async () => {
  const asset = await upload(wavOf(4 * 1024 * 1024 + 2), { file_name: 'just.wav' })
  expect(asset).toMatchObject({ status: 'ready', uploaded_via: 'signed_url' })
})

test('project_id puts a small and a large file on the canvas', async () => {
  const project = await herbarium.client.projects.create({
    name: 'both',
    workspace_id: herbarium.workspaceId,
  })
  const said = { project_id: project.project_id }
  const small = await upload(samplePath('i.png'), said)
  const large = await upload(wavOf(LARGE_BYTES, 3), { ...said, file_name: 'large.wav' })
  const { nodes } = await herbarium.client.projects.listNodes(project.project_id)
  expect(nodes.map(({ asset_id, type }) => ({ asset_id, type }))).toEqual([
    { asset_id: large.asset_id, type: 'audio' },
    { asset_id: small.asset_id, type: 'image' },
  ])
})

test('a file that fails makes the one call throw with the reason', async () => {
  await expect(upload(samplePath('html.png'))).rejects.toThrow(/text\/html/)
})
