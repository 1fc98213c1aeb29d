// Upload tokens: a backend reserves with its API key, and whoever has the token does the rest without it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createKey } from '../../src/keys/create.ts'
import { revokeKey } from '../../src/keys/revoke.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { expectReplay, isReplay, newKey, send } from '../support/replays.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { sendPiece, tusPost } from '../support/tus.ts'
import { completed, post, putFile, retried, stored, uploaded } from '../support/uploads.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const clock = createTestClock()
let herbarium: RunningService
let png: Buffer
/** Has its workspace to itself. */
let backend: Tenant
beforeAll(async () => {
  png = await sampleBytes('i.png')
  herbarium = await startService({ world: { clock }, environment: { RATE_LIMIT: '1000' } })
})
beforeEach(async () => {
  backend = await herbarium.newTenant()
})
afterAll(() => herbarium.close())

/** Whoever has this reservation's token and nothing else. */
const holderOf = ({ upload }: Reservation): Tenant => herbarium.tenantOf(upload.token, backend.workspaceId)

const assetAt = ({ asset_id }: Reservation) => `/assets/${asset_id}`

const DEAD = { status: 401, code: 'invalid_api_key' }

test('with the token alone an upload is sent, watched and completed', async () => {
  const reservation = await reserve(backend, { file_name: 'mine.png' })
  const holder = holderOf(reservation)
  expect((await putFile(herbarium, reservation, png)).status).toBe(204)
  expect(await (await holder.call(assetAt(reservation))).json()).toMatchObject({ status: 'pending_upload' })
  expect(await completed(holder, reservation.asset_id)).toMatchObject({ status: 'ready' })
  const found = await holder.call(assetAt(reservation))
  expect(await found.json()).toMatchObject({ status: 'ready', name: 'mine.png' })
  expect(found.headers.get('ratelimit-limit')).toBe('1000')
})

test('a failed upload is retried with its token, and goes on with the token that the retry gave', async () => {
  const reservation = await reserve(backend)
  const holder = holderOf(reservation)
  await putFile(herbarium, reservation, Buffer.from('words'))
  expect(await completed(holder, reservation.asset_id)).toMatchObject({ status: 'failed' })
  const again = await retried(holder, reservation.asset_id)
  expect(again).toMatchObject({ asset_id: reservation.asset_id, url: reservation.url })
  expect(again.upload.token).not.toBe(reservation.upload.token)
  expect((await putFile(herbarium, again, png)).status).toBe(204)
  expect(await completed(holderOf(again), again.asset_id)).toMatchObject({ status: 'ready' })
})

test('an answer to a retry that was lost is had again with the token it was asked with', async () => {
  const reservation = await reserve(backend)
  const holder = holderOf(reservation)
  const [path, key] = [`${assetAt(reservation)}/retry`, newKey()]
  const first = await send(holder, path, { key })
  const again = await expectReplay<Reservation>(first, await send(holder, path, { key }))
  expect(await expectReplay<Reservation>(first, await send(holderOf(again), path, { key }))).toEqual(again)
  expect(isReplay(await send(backend, path, { key }))).toBe(true)
})

test('a reservation and a retry that are answered again have the same token, also after a restart', async () => {
  const key = newKey()
  const body = { source: 'signed-url', workspace_id: backend.workspaceId }
  const ask = () => send(backend, '/assets', { key, body })
  const first = (await (await ask()).json()) as Reservation
  await herbarium.restart()
  const again = (await (await ask()).json()) as Reservation
  expect(again.upload.token).toBe(first.upload.token)
  expect((await holderOf(first).call(assetAt(first))).status).toBe(200)
})

test('assets that need no upload have no token', async () => {
  expect(await stored(backend)).not.toHaveProperty('upload')
})

test('any other asset is answered to a token exactly as one that is missing', async () => {
  const [reservation, other] = [await reserve(backend), await uploaded({ ...herbarium, ...backend })]
  const holder = holderOf(reservation)
  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/complete'],
    ['POST', '/retry'],
  ] as const) {
    const ask = async (id: string) => {
      const answer = await holder.call(`/assets/${id}${path}`, { method })
      return { status: answer.status, body: await answer.text() }
    }
    const missing = await ask('asset_missing')
    expect(missing.status).toBe(404)
    expect(await ask(other.asset_id)).toEqual(missing)
  }
  expect(await (await backend.call(assetAt(other))).json()).toMatchObject({ status: 'pending_upload' })
})

test('what a token may not do is refused with what it may do', async () => {
  const reservation = await reserve(backend)
  const holder = holderOf(reservation)
  for (const [method, path] of [
    ['DELETE', assetAt(reservation)],
    ['GET', `${assetAt(reservation)}/media`],
    ['GET', '/assets'],
    ['POST', '/assets'],
    ['GET', '/workspaces'],
    ['POST', `/projects/${herbarium.projectId}${assetAt(reservation)}/attach`],
  ] as const) {
    const refusal = await refusalIn(await holder.call(path, { method }))
    expect(refusal, `${method} ${path}`).toMatchObject({ status: 403, code: 'forbidden' })
    expect(refusal.message).toMatch(/complete, retry and get its own asset/)
  }
  expect((await backend.call(assetAt(reservation))).status).toBe(200)
})

test('a token that was altered, made up or taken from a ticket is no credential', async () => {
  const { asset_id, upload, upload_url } = await reserve(backend)
  const ticket = upload_url.split('/uploads/')[1] ?? ''
  for (const text of [
    `${upload.token}A`,
    upload.token.slice(0, -1),
    'ut_',
    'ut_v1.a.b.c',
    ticket,
    `ut_${ticket}`,
  ]) {
    const answer = await herbarium.tenantOf(text, backend.workspaceId).call(`/assets/${asset_id}`)
    expect(await refusalIn(answer), text).toMatchObject(DEAD)
  }
  const asTicket = await herbarium.fetch(`${herbarium.origin}/uploads/${upload.token}`, {
    method: 'PUT',
    body: 'x',
  })
  expect(await refusalIn(asTicket)).toMatchObject({ status: 403, code: 'forbidden' })
})

test('a token lives a day longer than its upload; then a retry by the backend gives another', async () => {
  const reservation = await reserve(backend)
  const holder = holderOf(reservation)
  clock.advance(HOUR_MS + DAY_MS - 60_000)
  expect((await holder.call(assetAt(reservation))).status).toBe(200)
  clock.advance(120_000)
  for (const path of ['/complete', '/retry']) {
    const refusal = await refusalIn(await post(holder, `${assetAt(reservation)}${path}`))
    expect(refusal).toMatchObject(DEAD)
    expect(refusal.message).toMatch(/has expired: reserve again, or let the backend retry/)
  }
  const again = holderOf(await retried(backend, reservation.asset_id))
  expect((await again.call(assetAt(reservation))).status).toBe(200)
})

test('a resumable upload that takes its time takes its token along', async () => {
  const reservation = await reserve(backend)
  await tusPost(herbarium, reservation.upload_url, { 'upload-length': String(png.length) })
  clock.advance(HOUR_MS - 60_000)
  await sendPiece(herbarium, reservation, { file: png.subarray(0, 10), from: 0 })
  clock.advance(DAY_MS + HOUR_MS / 2)
  expect((await holderOf(reservation).call(assetAt(reservation))).status).toBe(200)
})

test('with the key that gave it out a token dies; another key gives one that lives', async () => {
  const ports = { keys: herbarium.service.records.keys, ...herbarium.service.world }
  const { key, secret } = await createKey(ports, { workspaceId: backend.workspaceId, name: 'short' })
  const reservation = await reserve(herbarium.tenantOf(secret, backend.workspaceId))
  await revokeKey(ports, key.id)
  const refusal = await refusalIn(await holderOf(reservation).call(assetAt(reservation)))
  expect(refusal).toMatchObject(DEAD)
  expect(refusal.message).toMatch(/key behind this upload token/)
  const again = await retried(backend, reservation.asset_id)
  expect((await holderOf(again).call(assetAt(again))).status).toBe(200)
})

test('of an asset that was deleted a token finds nothing', async () => {
  const reservation = await reserve(backend)
  expect((await backend.call(assetAt(reservation), { method: 'DELETE' })).status).toBe(204)
  for (const path of ['/complete', '/retry'])
    expect((await post(holderOf(reservation), `${assetAt(reservation)}${path}`)).status).toBe(404)
})

test("a token's requests count with its workspace's", async () => {
  const slow = await startService({ environment: { RATE_LIMIT: '3' } })
  const reservation = await reserve(slow)
  const holder = slow.tenantOf(reservation.upload.token, slow.workspaceId)
  const statuses = []
  for (let n = 0; n < 3; n++) statuses.push((await holder.call(assetAt(reservation))).status)
  expect([...statuses, (await slow.call('/workspaces')).status]).toEqual([200, 200, 429, 429])
  await slow.close()
})
