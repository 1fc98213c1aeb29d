// Pictures while things happen: many who wait, a deletion meanwhile, another node's deletion, a full disk, a stop.
import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tidyPictures } from '../../src/assets/derivatives/tidy.ts'
import { openDerivatives } from '../../src/blobs/derivatives/open-derivatives.ts'
import { systemClock } from '../../src/ground/clock.ts'
import type { Servants } from '../../src/service.ts'
import { FFMPEG, mustHaveFfmpeg } from '../support/ffmpeg.ts'
import { rawRequest } from '../support/raw-request.ts'
import { readyAsset } from '../support/ready-asset.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, type StartOptions, startService } from '../support/start-service.ts'
import { until } from '../support/uploads.ts'

/** Holds what is to be derived, and counts it. */
function createHold() {
  const opened = Promise.withResolvers<void>()
  let begun = 0
  return {
    begun: () => begun,
    open: () => opened.resolve(),
    around: (servants: Servants): Servants => ({
      ...servants,
      pictures: {
        ...servants.pictures,
        derive: async (...what) => {
          begun++
          await opened.promise
          return servants.pictures.derive(...what)
        },
      },
    }),
  }
}

async function start(options: StartOptions = {}): Promise<RunningService> {
  const herbarium = await startService(options)
  onTestFinished(() => herbarium.close())
  return herbarium
}

async function keptIn({ dataDir }: RunningService): Promise<string[]> {
  const folder = path.join(dataDir, 'derivatives')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(({ name }) => name)
}

const sample = async (herbarium: RunningService, name: string) =>
  readyAsset(herbarium, await sampleBytes(name), name)

const remove = (herbarium: RunningService, assetId: string) =>
  herbarium.call(`/assets/${assetId}`, { method: 'DELETE' })

test('a picture is made once, however many ask for it at once', async () => {
  const hold = createHold()
  const herbarium = await start({ world: { around: hold.around } })
  const photo = await sample(herbarium, 'i.jpg')
  const answers = Array.from({ length: 50 }, () => rawRequest(herbarium.origin, `${photo.path}?preset=thumb`))
  await until(
    async () => hold.begun(),
    begun => begun > 0,
  )
  hold.open()
  for (const { status, body } of await Promise.all(answers))
    expect([status, body.length > 1000]).toEqual([200, true])
  expect(hold.begun()).toBe(1)
  await herbarium.fetch(`${photo.url}?preset=thumb`)
  expect(hold.begun()).toBe(1)
})

test('more pictures than may wait are refused for now, two are made at a time, and media go on', async () => {
  const hold = createHold()
  const presets = Array.from({ length: 32 }, (_, n) => `p${n}=${20 + n}`)
  const herbarium = await start({
    environment: { IMAGE_PRESETS: presets.join() },
    world: { around: hold.around },
  })
  const photos = await Promise.all(['i.jpg', 'i.png', 'i.webp'].map(name => sample(herbarium, name)))
  const wanted = photos.flatMap(({ path }) =>
    presets.flatMap((_, n) =>
      ['image/webp', 'image/avif', '*/*'].map(accept => ({ path: `${path}?preset=p${n}`, accept })),
    ),
  )
  const answers = wanted.map(({ path, accept }) =>
    rawRequest(herbarium.origin, path, { headers: { accept } }),
  )
  const early = await Promise.race(answers)
  expect(early).toMatchObject({ status: 503, headers: { 'retry-after': '5', 'cache-control': 'no-store' } })
  expect(hold.begun()).toBe(2)
  expect((await herbarium.fetch(photos[0]?.url ?? '')).status).toBe(200)
  hold.open()
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  expect(statuses.filter(status => status === 200)).toHaveLength(256)
  expect(statuses.filter(status => status === 503)).toHaveLength(32)
})

test('a picture whose asset is deleted while it is made is nobody’s: 404, and nothing of it stays', async () => {
  const hold = createHold()
  const herbarium = await start({ world: { around: hold.around } })
  const photo = await sample(herbarium, 'i.jpg')
  const answer = herbarium.fetch(`${photo.url}?preset=thumb`)
  await until(
    async () => hold.begun(),
    begun => begun > 0,
  )
  expect((await remove(herbarium, photo.assetId)).status).toBe(204)
  await until(
    () => herbarium.files(),
    files => !files.some(file => file.startsWith('media/')),
  )
  hold.open()
  expect((await answer).status).toBe(404)
  expect(await keptIn(herbarium)).toEqual([])
})

test('what another node deleted is no longer served, and goes when this one tidies', async () => {
  const herbarium = await start()
  const [gone, stays] = [await sample(herbarium, 'i.jpg'), await sample(herbarium, 'i.png')]
  for (const { url } of [gone, stays]) expect((await herbarium.fetch(`${url}?preset=thumb`)).status).toBe(200)
  const folder = path.join(herbarium.dataDir, 'derivatives')
  await cp(folder, `${folder}.before`, { recursive: true })
  await remove(herbarium, gone.assetId)
  await until(
    () => keptIn(herbarium),
    ({ length }) => length === 1,
  )
  // As they stand on a node that did not hear of it.
  await cp(`${folder}.before`, folder, { recursive: true })
  expect(await keptIn(herbarium)).toHaveLength(2)
  expect((await herbarium.fetch(`${gone.url}?preset=thumb`)).status).toBe(404)
  const keptPictures = openDerivatives({ folder, maxBytes: 1024 ** 3, clock: systemClock })
  await tidyPictures({ keptPictures, upkeep: herbarium.service.records.upkeep })
  expect(await keptIn(herbarium)).toHaveLength(1)
  expect((await herbarium.fetch(`${stays.url}?preset=thumb`)).status).toBe(200)
})

describe('a video', () => {
  test('shows a frame where ffmpeg is installed, for as long as media are cached', async () => {
    mustHaveFfmpeg()
    const herbarium = await start({ environment: { FFMPEG_PATH: FFMPEG } })
    const { headers } = await herbarium.fetch(`${(await sample(herbarium, 'v.mp4')).url}?preset=thumb`)
    expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([
      'image/jpeg',
      'public, max-age=31536000, immutable',
    ])
    const { headers: soundOnly } = await herbarium.fetch(
      `${(await sample(herbarium, 'sound-only.mp4')).url}?preset=thumb`,
    )
    expect(soundOnly.get('etag')).toBe('W/"icon.video.1"')
  })
})

test('a picture that cannot be written is refused for now, media go on, and it is made once it can be', async () => {
  const herbarium = await start()
  const photo = await sample(herbarium, 'i.jpg')
  const folder = path.join(herbarium.dataDir, 'derivatives')
  await writeFile(folder, 'a file stands where the folder should')
  expect((await herbarium.fetch(`${photo.url}?preset=thumb`)).status).toBe(503)
  expect((await herbarium.fetch(photo.url)).status).toBe(200)
  await rm(folder)
  expect((await herbarium.fetch(`${photo.url}?preset=thumb`)).status).toBe(200)
})

test('a stop lets the pictures be finished that are asked for', async () => {
  const hold = createHold()
  const herbarium = await startService({ world: { around: hold.around } })
  const photo = await sample(herbarium, 'i.jpg')
  const answers = ['thumb', 'preview', 'model-input'].map(preset =>
    rawRequest(herbarium.origin, `${photo.path}?preset=${preset}`),
  )
  await until(
    async () => hold.begun(),
    begun => begun === 2,
  )
  setTimeout(hold.open, 100)
  await herbarium.close()
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200])
})
