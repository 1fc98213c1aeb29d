// Promise 1, ready is forever: what GET once called ready, nothing but a delete takes back or changes by a byte.
// At length: flows/door-tickets, flows/assets-retry, flows/restart, flows/expiry; through faults and kills by
// faults/, model/ and process/kill.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey, send } from '../support/replays.ts'
import { type AssetUpload, type Reservation, reserve } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import {
  found,
  SIGNED_WAYS,
  type SignedWay,
  type Street,
  sendBy,
  startStreet,
  WAYS,
} from '../support/start-street.ts'
import { tusDelete, tusHead, tusPatch, tusPost } from '../support/tus.ts'
import { completed, post, postFile, putFile, retried } from '../support/uploads.ts'
import { head, openWire } from '../support/wire.ts'

const DAY_MS = 24 * 3_600_000
const other = wavOf(30_000, 99)

let street: Street
beforeAll(async () => {
  street = await startStreet()
})
afterAll(() => street.close())

/** All that a client can see of the asset. */
async function viewOf({ asset_id, url }: Pick<AssetUpload, 'asset_id' | 'url'>) {
  const { herbarium } = street
  const served = await herbarium.fetch(url)
  const bytes = Buffer.from(await served.arrayBuffer())
  const listed = (await herbarium.client.assets.list({ limit: 100 })).assets
  return {
    asset: await found(herbarium, asset_id),
    listed: withoutNode(listed.find(one => one.asset_id === asset_id)),
    served: served.status,
    type: served.headers.get('content-type'),
    etag: served.headers.get('etag'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
}

/** Attaching an asset gives it a node to show in lists, and nothing else. */
const withoutNode = (listed: object | undefined) =>
  listed && { ...listed, node_id: undefined, project_id: undefined }

/** Everything that can be tried with a ticket: none of it succeeds. */
async function tryTicket(ticket: Reservation): Promise<void> {
  const { herbarium } = street
  const { upload_url } = ticket
  const length = { 'upload-length': String(other.length) }
  const answers = [
    await postFile(herbarium, ticket, other),
    await putFile(herbarium, ticket, other),
    await tusHead(herbarium, upload_url),
    await tusPost(herbarium, upload_url, length),
    await tusPost(
      herbarium,
      upload_url,
      { ...length, 'content-type': 'application/offset+octet-stream' },
      other,
    ),
    await tusPatch(herbarium, upload_url, { offset: 0, bytes: other }),
    await tusPatch(herbarium, upload_url, { offset: 30_000, bytes: other }),
    await tusDelete(herbarium, upload_url),
  ]
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403))
}

/** Everything else that could touch the asset, short of a delete. */
async function tryVerbs({ asset_id }: { asset_id: string }): Promise<void> {
  const { herbarium } = street
  const completions = await Promise.all(Array.from({ length: 2 }, () => completed(herbarium, asset_id)))
  expect(completions.map(({ status }) => status)).toEqual(['ready', 'ready'])
  for (const sending of [{}, { key: newKey() }, { repeats: 1 }]) {
    const refused = await send(herbarium, `/assets/${asset_id}/retry`, sending)
    expect(refused.status).toBe(409)
    expect(refused.headers.get('x-should-retry')).toBe('false')
  }
  expect((await post(herbarium, `/projects/${herbarium.projectId}/assets/${asset_id}/attach`)).status).toBe(
    201,
  )
}

async function expectUnchanged(asset: AssetUpload, tickets: Reservation[]): Promise<void> {
  const { herbarium, clock } = street
  const before = await viewOf(asset)
  expect(before).toMatchObject({ asset: { status: 'ready' }, listed: { status: 'ready' }, served: 200 })
  const seen: Record<string, unknown> = {}
  const attempts: Record<string, () => Promise<unknown>> = {
    'its tickets again': () => Promise.all(tickets.map(tryTicket)),
    'its verbs again': () => tryVerbs(asset),
    'a restart': () => herbarium.restart(),
    'its tickets after the restart': () => Promise.all(tickets.map(tryTicket)),
    'a sweep months later': async () => {
      clock.advance(100 * DAY_MS)
      await herbarium.service.sweep()
      await herbarium.service.sweep()
    },
    'its verbs months later': () => tryVerbs(asset),
  }
  for (const [what, attempt] of Object.entries(attempts)) {
    await attempt()
    seen[what] = await viewOf(asset)
  }
  for (const [what, view] of Object.entries(seen)) expect({ [what]: view }).toEqual({ [what]: before })
}

async function expectGoneByDelete({ asset_id, url }: AssetUpload): Promise<void> {
  const { herbarium } = street
  expect((await herbarium.call(`/assets/${asset_id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await herbarium.call(`/assets/${asset_id}`)).status).toBe(404)
  expect((await herbarium.fetch(url)).status).toBe(404)
}

/** Ready after a retry, with the ticket that it killed and the one that won. */
async function readyBy(way: SignedWay, nonce: number) {
  const { herbarium } = street
  const old = await reserve(herbarium)
  expect((await sendBy(herbarium, way, old, other)).ok).toBe(true)
  const won = await retried(herbarium, old.asset_id)
  expect((await sendBy(herbarium, way, won, wavOf(30_000, nonce))).ok).toBe(true)
  return { asset: await completed(herbarium, old.asset_id), tickets: [old, won] }
}

test.each(SIGNED_WAYS)(
  'ready by %s: no ticket, verb, restart or sweep changes it; a delete does',
  async way => {
    const { asset, tickets } = await readyBy(way, 1 + SIGNED_WAYS.indexOf(way))
    await expectUnchanged(asset, tickets)
    await expectGoneByDelete(asset)
  },
)

test.each(['direct', 'url'] as const)(
  'ready by %s: no verb, restart or sweep changes it; a delete does',
  async way => {
    const asset = await street.bring(way, wavOf(30_000, 10))
    await expectUnchanged(asset, [])
    await expectGoneByDelete(asset)
  },
)

test('an upload that was under way when its asset became ready changes nothing', async () => {
  const { herbarium } = street
  const reservation = await reserve(herbarium)
  expect((await putFile(herbarium, reservation, wavOf(30_000, 20))).status).toBe(204)
  const slow = await openWire(herbarium.origin)
  const { pathname } = new URL(reservation.upload_url)
  await slow.write(head(`PUT ${pathname}`, { 'content-length': other.length }))
  await slow.write(other.subarray(0, 10_000))
  const twice = await Promise.all([1, 2].map(() => completed(herbarium, reservation.asset_id)))
  expect(twice.map(({ status }) => status)).toEqual(['ready', 'ready'])
  const before = await viewOf(reservation)
  await slow.write(other.subarray(10_000))
  expect((await slow.answer())?.status).toBeOneOf([403, 409])
  expect(await viewOf(reservation)).toEqual(before)
})

test('what one asset goes through is nothing to any other', async () => {
  const assets = await Promise.all(WAYS.map((way, n) => street.bring(way, wavOf(20_000, 30 + n))))
  const before = await Promise.all(assets.map(viewOf))
  const { asset, tickets } = await readyBy('form', 40)
  await expectUnchanged(asset, tickets)
  await expectGoneByDelete(asset)
  expect(await Promise.all(assets.map(viewOf))).toEqual(before)
})
