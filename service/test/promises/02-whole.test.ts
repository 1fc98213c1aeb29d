// Promise 2, whole: what is ready is exactly one upload's bytes, in length and in hash, whatever else was sent, cut,
// or sent at the same time. At length: flows/door-races, flows/door-form, flows/tus-resume; torn writes in faults/.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { patternOf } from '../support/blobs.ts'
import { brokenPromises } from '../support/folder-facts.ts'
import { fieldPart, filePart, formType, rawForm } from '../support/raw-form.ts'
import { type AssetUpload, postJson, type Reservation, reserve } from '../support/reserve.ts'
import { runSql } from '../support/rows.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { found, SIGNED_WAYS, type Street, sendBy, startStreet, WAYS } from '../support/start-street.ts'
import { begun, offsetOf, sendPiece, tusPatch } from '../support/tus.ts'
import { completed, directForm, post, postAsset, putFile, until } from '../support/uploads.ts'
import { head, openWire } from '../support/wire.ts'

/** A small picture with much behind it: what is left of it after a cut is a whole picture, and must not be ready. */
const file = Buffer.concat([await sampleBytes('animated.png'), patternOf(200_000)]).subarray(0, 200_000)

let street: Street
beforeAll(async () => {
  street = await startStreet()
})
afterAll(async () => {
  expect(await brokenPromises(street.herbarium.dataDir)).toEqual([])
  await street.close()
})

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Length, row, ETag and served bytes are those of one and the same of `uploads`; answers which. */
async function expectOneOf(assetId: string, uploads: Buffer[]): Promise<number> {
  const { herbarium } = street
  const { url, status } = await found(herbarium, assetId)
  expect(status).toBe('ready')
  const { size_bytes } = await herbarium.client.assets.retrieve(assetId)
  const [row] = runSql(herbarium.dataDir, 'select sha256, size_bytes from assets where id = ?', assetId)
  const served = await herbarium.fetch(url)
  const bytes = Buffer.from(await served.arrayBuffer())
  const which = uploads.findIndex(upload => upload.equals(bytes))
  expect(which).toBeGreaterThanOrEqual(0)
  expect({ size_bytes, row, etag: served.headers.get('etag') }).toEqual({
    size_bytes: bytes.length,
    row: { sha256: sha256Of(bytes), size_bytes: bytes.length },
    etag: `"${sha256Of(bytes)}"`,
  })
  return which
}

test.each(WAYS)('what came by %s is ready with its own length and hash', async way => {
  const { asset_id } = await street.bring(way, file)
  expect(await expectOneOf(asset_id, [file])).toBe(0)
})

test('thirty different uploads at once in three ways, with completes between: one is ready, whole', async () => {
  const { herbarium } = street
  const uploads = Array.from({ length: 30 }, (_, n) => wavOf(20_000 + 4000 * n, n))
  const reservation = await reserve(herbarium)
  const answers = await Promise.all(
    uploads.map((bytes, n) => sendBy(herbarium, SIGNED_WAYS[n % 3] ?? 'put', reservation, bytes)),
  )
  const completions = Array.from({ length: 5 }, () =>
    post(herbarium, `/assets/${reservation.asset_id}/complete`),
  )
  for (const { status } of answers) expect(status).toBeOneOf([204, 403, 409])
  for (const { status } of await Promise.all(completions)) expect(status).toBeOneOf([200, 409])
  if ((await found(herbarium, reservation.asset_id)).status !== 'ready') {
    const last = wavOf(5000, 77)
    uploads.push(last)
    expect((await putFile(herbarium, reservation, last)).status).toBe(204)
    await completed(herbarium, reservation.asset_id)
  }
  await expectOneOf(reservation.asset_id, uploads)
})

test('uploads that race with the completion never mix: ten rounds', async () => {
  const { herbarium } = street
  for (let round = 0; round < 10; round++) {
    const uploads = Array.from({ length: 4 }, (_, n) => wavOf(60_000 + 1000 * n, 100 + 10 * round + n))
    const [first, ...rest] = uploads
    const reservation = await reserve(herbarium)
    expect((await putFile(herbarium, reservation, first ?? file)).status).toBe(204)
    const [completion] = await Promise.all([
      post(herbarium, `/assets/${reservation.asset_id}/complete`),
      ...rest.map((bytes, n) => sendBy(herbarium, SIGNED_WAYS[n] ?? 'put', reservation, bytes)),
    ])
    expect(completion.status).toBeOneOf([200, 409])
    await until(
      () => post(herbarium, `/assets/${reservation.asset_id}/complete`),
      ({ status }) => status === 200,
    )
    await expectOneOf(reservation.asset_id, uploads)
  }
})

/** Requests that end before their file does: no two of them end alike. */
const CUTS: Record<string, (to: Reservation) => Promise<unknown>> = {
  'a PUT whose connection breaks': async to => {
    const wire = await openWire(street.herbarium.origin)
    await wire.write(head(`PUT ${new URL(to.upload_url).pathname}`, { 'content-length': file.length }))
    await wire.write(file.subarray(0, 150_000))
    wire.cut()
  },
  'a PUT that says less than it was to be': async to => {
    const wire = await openWire(street.herbarium.origin)
    await wire.write(head(`PUT ${new URL(to.upload_url).pathname}`, { 'content-length': file.length }))
    await wire.write(file.subarray(0, 150_000))
    wire.end()
    await wire.answer()
  },
  'a chunked PUT without its last chunk': async to => {
    const wire = await openWire(street.herbarium.origin)
    await wire.write(head(`PUT ${new URL(to.upload_url).pathname}`, { 'transfer-encoding': 'chunked' }))
    await wire.write(`7530\r\n`)
    await wire.write(file.subarray(0, 30_000))
    await wire.write('\r\n')
    wire.end()
    await wire.answer()
  },
  'a form without its last boundary': async to => {
    const form = rawForm([filePart(file)]).subarray(0, -30)
    const answer = await street.herbarium.fetch(to.upload.url, {
      method: 'POST',
      headers: { 'content-type': formType() },
      body: new Uint8Array(form),
    })
    expect(answer.status).toBe(400)
  },
  'half of a tus upload': async to => {
    const half = { 'upload-length': String(file.length), 'content-type': 'application/offset+octet-stream' }
    const answer = await street.herbarium.fetch(to.upload_url, {
      method: 'POST',
      headers: { 'tus-resumable': '1.0.0', ...half },
      body: new Uint8Array(file.subarray(0, 100_000)),
    })
    expect(answer.status).toBe(201)
  },
}

test.each(Object.entries(CUTS))('%s is never ready, and the whole upload after it is', async (_, cut) => {
  const { herbarium } = street
  const reservation = await reserve(herbarium)
  await cut(reservation)
  await until(
    () => post(herbarium, `/assets/${reservation.asset_id}/complete`),
    ({ headers }) => headers.get('x-should-retry') === 'false', // no upload is under way any more
  )
  expect((await found(herbarium, reservation.asset_id)).status).toBe('pending_upload')
  expect((await putFile(herbarium, reservation, file)).status).toBe(204)
  await completed(herbarium, reservation.asset_id)
  await expectOneOf(reservation.asset_id, [file])
})

test.each(Object.entries(CUTS))(
  '%s does not spoil the whole bytes that were there before',
  async (_, cut) => {
    const { herbarium } = street
    const [reservation, whole] = [await reserve(herbarium), wavOf(90_000, 5)]
    expect((await putFile(herbarium, reservation, whole)).status).toBe(204)
    await cut(reservation)
    await completed(herbarium, reservation.asset_id)
    await expectOneOf(reservation.asset_id, [whole])
  },
)

test('a direct upload that is cut makes no asset', async () => {
  const { herbarium } = street
  const tenant = await herbarium.newTenant()
  const form = rawForm([fieldPart('workspace_id', tenant.workspaceId), filePart(file)])
  for (const bytes of [form.subarray(0, 100_000), form.subarray(0, -4)]) {
    const headers = { 'content-type': formType() }
    const answer = await tenant.call('/assets', { method: 'POST', headers, body: new Uint8Array(bytes) })
    expect(answer.status).toBe(400)
  }
  expect((await tenant.client.assets.list()).assets).toEqual([])
})

test('a URL that gives less than it announced is asked again, and only the whole file is ready', async () => {
  const { herbarium, internet } = street
  const given = internet.answer
  internet.answer = (_request, response) => {
    response.writeHead(200, { 'content-length': file.length })
    response.write(file.subarray(0, 100_000), () => response.destroy())
    internet.answer = (_again, whole) => whole.end(file)
  }
  const source = internet.url('files.example.com', '/cut.png')
  const answer = await postJson(herbarium, '/assets', { source, workspace_id: herbarium.workspaceId })
  const { asset_id, status } = (await answer.json()) as AssetUpload
  expect(status).toBe('pending_upload')
  const now = async () => (await found(herbarium, asset_id)).status
  await expect.poll(now, { timeout: 15_000, interval: 100 }).toBe('ready')
  await expectOneOf(asset_id, [file])
  internet.answer = given
})

test('a tus upload over many requests, some cut and some repeated, is whole', async () => {
  const { herbarium } = street
  const reservation = await begun(herbarium, file.length)
  for (let n = 0; (await offsetOf(herbarium, reservation.upload_url)) < file.length; n++) {
    const from = await offsetOf(herbarium, reservation.upload_url)
    if (n % 2 === 0) await sendPiece(herbarium, reservation, { file, from, end: from + 30_000 })
    else {
      const wire = await openWire(herbarium.origin)
      const headers = { 'tus-resumable': '1.0.0', 'upload-offset': from, 'content-length': 40_000 }
      const type = { 'content-type': 'application/offset+octet-stream' }
      await wire.write(head(`PATCH ${new URL(reservation.upload_url).pathname}`, { ...headers, ...type }))
      await wire.write(file.subarray(from, from + 10_000))
      wire.cut()
    }
    const behind = await tusPatch(herbarium, reservation.upload_url, { offset: 1, bytes: wavOf(9000, n) })
    expect(behind.status).toBe(409)
  }
  await completed(herbarium, reservation.asset_id)
  await expectOneOf(reservation.asset_id, [file])
})

test.each(WAYS)(
  'what came by %s and is not what was promised, in length or hash, is not ready',
  async way => {
    for (const [promise, code] of [
      [{ sha256: sha256Of(wavOf(200_000, 2)) }, 'SHA-256'],
      [{ sha256: sha256Of(file) }, undefined],
    ] as const) {
      const asset = await street.bring(way, file, promise)
      expect(asset.status).toBe(code === undefined ? 'ready' : 'failed')
      if (code !== undefined) expect(asset.failure_message).toContain(code)
    }
    const short = await postAsset(
      street.herbarium,
      directForm(street.herbarium, file, { file_size: '199999' }),
    )
    expect(await short.json()).toMatchObject({ status: 'failed' })
  },
)
