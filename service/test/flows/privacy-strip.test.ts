// What pictures tell of people: kept byte for byte by default, removed where the operator says so.
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'

let keeping: RunningService
let stripping: RunningService
beforeAll(async () => {
  keeping = await startService()
  stripping = await startService({ environment: { PRIVACY_STRIP: 'on' } })
})
afterAll(async () => {
  await keeping.close()
  await stripping.close()
})

async function throughDoor(herbarium: RunningService, name: string) {
  const original = await sampleBytes(name)
  const reservation = await reserve(herbarium, { file_name: name, file_size: original.length })
  await herbarium.fetch(reservation.upload_url, { method: 'PUT', body: new Uint8Array(original) })
  const asset = await herbarium.client.assets.complete(reservation.asset_id)
  expect(asset).toMatchObject({ status: 'ready' })
  const served = Buffer.from(await (await herbarium.fetch(reservation.url)).arrayBuffer())
  const { size_bytes } = await herbarium.client.assets.retrieve(reservation.asset_id)
  return { original, served, size_bytes }
}

test('by default the place a picture was taken at is served as it came, with every other byte', async () => {
  const { original, served } = await throughDoor(keeping, 'gps.jpg')
  expect(served.equals(original)).toBe(true)
  expect((await sharp(served).metadata()).exif).toBeDefined()
})

test('with PRIVACY_STRIP the place is gone, the pixels are the same and the size is what is served', async () => {
  const { original, served, size_bytes } = await throughDoor(stripping, 'gps.jpg')
  expect((await sharp(served).metadata()).exif).toBeUndefined()
  expect((await sharp(served).raw().toBuffer()).equals(await sharp(original).raw().toBuffer())).toBe(true)
  expect(size_bytes).toBe(served.length)
  expect(served.length).toBeLessThan(original.length)
})

test('with PRIVACY_STRIP what hangs behind a picture is gone too, and nothing is left in quarantine', async () => {
  const { original, served } = await throughDoor(stripping, 'polyzip.png')
  expect(original.includes('PK\u0003\u0004')).toBe(true)
  expect(served.includes('PK\u0003\u0004')).toBe(false)
  expect((await stripping.files()).filter(file => !file.startsWith('media/'))).toEqual([])
})

test('with PRIVACY_STRIP other media are served byte for byte', async () => {
  const { original, served } = await throughDoor(stripping, 'v.mp4')
  expect(served.equals(original)).toBe(true)
})
