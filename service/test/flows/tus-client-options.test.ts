// tus-js-client with each of its options, against the upload door.
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { type PreviousUpload, Upload, type UploadOptions } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { reserve } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { expectServed, offsetOf, sendPiece, tusHead, tusPost } from '../support/tus.ts'
import { type ClientUpload, clientUpload } from '../support/tus-client.ts'
import { retried } from '../support/uploads.ts'

const CHUNK_BYTES = 100_000
const wav = wavOf(950_000, 5)
let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
})
afterAll(() => herbarium.close())

const asked = ({ exchanges }: ClientUpload) => exchanges.map(({ method }) => method)

/** Brings whole chunks, up to `bytes`, and stops as a tab that is closed does. */
async function bringSome(options: UploadOptions, bytes: number): Promise<void> {
  const stopped = Promise.withResolvers<void>()
  const client = clientUpload(wav, {
    chunkSize: CHUNK_BYTES,
    ...options,
    onChunkComplete: (_chunk, accepted) => {
      if (accepted >= bytes) void client.upload.abort().then(stopped.resolve, stopped.reject)
    },
  })
  await Promise.race([client.finish(), stopped.promise])
}

test('endpoint: begins the upload at the reservation’s URL and brings it in one request', async () => {
  const reservation = await reserve(herbarium)
  const client = clientUpload(wav, { endpoint: reservation.upload.resumable.url })
  await client.finish()
  expect(asked(client)).toEqual(['POST', 'PATCH'])
  expect(client.upload.url).toBe(reservation.upload_url)
  await expectServed(herbarium, reservation, wav)
})

describe('uploadUrl', () => {
  test('needs no creation where the size was reserved', async () => {
    const reservation = await reserve(herbarium, { file_size: wav.length })
    const client = clientUpload(wav, { uploadUrl: reservation.upload_url, chunkSize: 400_000 })
    await client.finish()
    expect(asked(client)).toEqual(['HEAD', 'PATCH', 'PATCH', 'PATCH'])
    await expectServed(herbarium, reservation, wav)
  })

  test('goes on where an upload stopped, and after a retry where the old one had', async () => {
    const reservation = await reserve(herbarium)
    await bringSome({ endpoint: reservation.upload_url }, 300_000)
    const again = await retried(herbarium, reservation.asset_id)
    const client = clientUpload(wav, { uploadUrl: again.upload_url })
    await client.finish()
    expect(client.exchanges).toMatchObject([
      { method: 'HEAD', at: 300_000 },
      { method: 'PATCH', from: 300_000, at: wav.length },
    ])
    await expectServed(herbarium, again, wav)
  })

  test('of a ticket that is dead ends the client with 403, without further tries', async () => {
    const { asset_id, upload_url } = await reserve(herbarium, { file_size: wav.length })
    await retried(herbarium, asset_id)
    const client = clientUpload(wav, { uploadUrl: upload_url, endpoint: upload_url })
    await expect(client.finish()).rejects.toThrow(/403/)
    expect(client.exchanges).toMatchObject([
      { method: 'HEAD', status: 403 },
      { method: 'POST', status: 403 },
    ])
  })
})

describe('uploadLengthDeferred', () => {
  /** In pieces that fit neither the client's chunks nor each other. */
  const streamed = (file: Buffer) =>
    Readable.from(
      Array.from({ length: Math.ceil(file.length / 30_011) }, (_, n) =>
        file.subarray(n * 30_011, (n + 1) * 30_011),
      ),
      { objectMode: false },
    )

  test('takes a stream whose end nobody knows yet', async () => {
    const reservation = await reserve(herbarium)
    const options = { endpoint: reservation.upload_url, uploadLengthDeferred: true, chunkSize: CHUNK_BYTES }
    const client = clientUpload(streamed(wav), options)
    await client.finish()
    expect(client.exchanges.at(-1)).toMatchObject({ method: 'PATCH', status: 204, at: wav.length })
    await expectServed(herbarium, reservation, wav)
  })

  test('may be made up for by a last PATCH without bytes', async () => {
    const reservation = await reserve(herbarium)
    const { upload_url } = reservation
    await tusPost(herbarium, upload_url, { 'upload-defer-length': '1' })
    await sendPiece(herbarium, reservation, { file: wav, from: 0 })
    const headers = { 'upload-length': String(wav.length) }
    const last = await sendPiece(herbarium, reservation, { file: wav, from: wav.length, headers })
    expect(last.status).toBe(204)
    await expectServed(herbarium, reservation, wav)
  })
})

test('a file is read from the disk', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-tus-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(path.join(folder, 'take.wav'), wav)
  const reservation = await reserve(herbarium)
  const client = clientUpload(createReadStream(path.join(folder, 'take.wav')), {
    endpoint: reservation.upload_url,
    chunkSize: 400_000,
  })
  await client.finish()
  await expectServed(herbarium, reservation, wav)
})

test('uploadDataDuringCreation: a file may come with its creation, whole or its first chunk', async () => {
  for (const [chunkSize, methods] of [
    [wav.length, ['POST']],
    [500_000, ['POST', 'PATCH']],
  ] as const) {
    const reservation = await reserve(herbarium)
    const client = clientUpload(wav, {
      endpoint: reservation.upload_url,
      uploadDataDuringCreation: true,
      chunkSize,
    })
    await client.finish()
    expect(asked(client)).toEqual(methods)
    await expectServed(herbarium, reservation, wav)
  }
})

test('abort(true) gives the upload up: nothing is left of it, and the asset can be retried', async () => {
  const reservation = await reserve(herbarium)
  const files = await herbarium.files()
  const client = clientUpload(wav, { endpoint: reservation.upload_url, chunkSize: CHUNK_BYTES })
  const halfway = Promise.withResolvers<void>()
  client.upload.options.onChunkComplete = (_chunk, accepted) => {
    if (accepted === 500_000) client.upload.abort(true).then(halfway.resolve, halfway.reject)
  }
  client.upload.start()
  await halfway.promise
  expect(asked(client).at(-1)).toBe('DELETE')
  expect((await tusHead(herbarium, reservation.upload_url)).status).toBe(403)
  expect(await herbarium.files()).toEqual(files)
  const again = await retried(herbarium, reservation.asset_id)
  expect(await offsetOf(herbarium, again.upload_url)).toBe(0)
})

test('Upload.terminate gives up an upload that another client had begun', async () => {
  const { upload_url } = await reserve(herbarium)
  await bringSome({ endpoint: upload_url }, 200_000)
  await Upload.terminate(upload_url)
  expect((await tusHead(herbarium, upload_url)).status).toBe(403)
})

test('findPreviousUploads and resumeFromPreviousUpload go on at the byte that was kept', async () => {
  const urlStorage = createUrlStorage()
  const reservation = await reserve(herbarium)
  const options = { endpoint: reservation.upload_url, urlStorage }
  await bringSome(options, 600_000)
  const client = clientUpload(wav, options)
  const [previous] = await client.upload.findPreviousUploads()
  expect(previous?.uploadUrl).toBe(reservation.upload_url)
  if (previous !== undefined) client.upload.resumeFromPreviousUpload(previous)
  await client.finish()
  expect(client.exchanges).toMatchObject([
    { method: 'HEAD', at: 600_000 },
    { method: 'PATCH', from: 600_000, at: wav.length },
  ])
  await expectServed(herbarium, reservation, wav)
})

test('overridePatchMethod brings the bytes by POST, and addRequestId is welcome', async () => {
  const reservation = await reserve(herbarium)
  const options = { overridePatchMethod: true, addRequestId: true, chunkSize: 500_000 }
  const client = clientUpload(wav, { endpoint: reservation.upload_url, ...options })
  await client.finish()
  expect(asked(client)).toEqual(['POST', 'POST', 'POST'])
  await expectServed(herbarium, reservation, wav)
})

test('parallelUploads is refused at once: parts on one URL would make half a file whole', async () => {
  const reservation = await reserve(herbarium)
  const client = clientUpload(wav, { endpoint: reservation.upload_url, parallelUploads: 2 })
  await expect(client.finish()).rejects.toThrow(/upload-concat: is not supported/)
  expect(new Set(asked(client))).toEqual(new Set(['POST']))
  expect(await offsetOf(herbarium, reservation.upload_url)).toBe(0)
})

/** Where a client remembers its uploads. */
function createUrlStorage(): NonNullable<UploadOptions['urlStorage']> {
  const uploads = new Map<string, PreviousUpload>()
  const found = (prefix: string) =>
    [...uploads]
      .filter(([key]) => key.startsWith(prefix))
      .map(([urlStorageKey, upload]) => ({ ...upload, urlStorageKey }))
  return {
    findAllUploads: async () => found(''),
    findUploadsByFingerprint: async fingerprint => found(fingerprint),
    removeUpload: async key => {
      uploads.delete(key)
    },
    addUpload: async (fingerprint, upload) => {
      const key = `${fingerprint} ${uploads.size}`
      uploads.set(key, upload)
      return key
    },
  }
}
