// A rotation seen from the street: what was signed and sealed before it goes on, and ends at its time.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Masters } from '../../src/ground/secrets.ts'
import { readyAsset } from '../support/ready-asset.ts'
import { refusalIn } from '../support/refusal-of.ts'
import { expectReplay, newKey, send } from '../support/replays.ts'
import { postJson, type Reservation, reserve } from '../support/reserve.ts'
import { inventoryOf, rotateBeside } from '../support/rotation.ts'
import { sampleBytes } from '../support/samples.ts'
import { signedTenant } from '../support/signed-tenant.ts'
import { startReceiver } from '../support/start-receiver.ts'
import { type RunningService, startService, type Tenant } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, putFile, retried } from '../support/uploads.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const OLD = 'the first secret of this installation'
const NEXT = 'the second secret of this installation'
const MASTERS: Masters = [OLD, NEXT]

const clock = createTestClock()
let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  png = await sampleBytes('i.png')
  herbarium = await startService({
    world: { clock },
    environment: {
      SECRET_KEY: MASTERS.join(),
      RATE_LIMIT: 'off',
      UPLOAD_TTL_SECONDS: String(7 * 24 * 3600),
      WEBHOOK_ALLOW_HOSTS: 'localhost',
    },
  })
})
afterAll(() => herbarium.close())

const kidOf = ({ upload_url }: Reservation) => upload_url.split('/').at(-1)?.split('.')[1]
const tokenKidOf = ({ upload }: Reservation) => upload.token.split('.')[1]
const put = async (to: Reservation) => (await putFile(herbarium, to, png)).status
const holderOf = ({ upload }: Reservation): Tenant => herbarium.tenantOf(upload.token, herbarium.workspaceId)

const rotate = async (isAtOnce = false) => {
  const rotation = await rotateBeside(herbarium.service, MASTERS, isAtOnce)
  await herbarium.service.readKeys()
  return rotation
}
const kidFor = (rotation: Awaited<ReturnType<typeof rotate>>, purpose: string) =>
  rotation.fresh.find(key => key.purpose === purpose)?.kid

const cursorNow = async (tenant: Tenant): Promise<string> => {
  const page = (await (await tenant.call('/assets?limit=1')).json()) as { meta: { next_cursor: string } }
  return page.meta.next_cursor
}
const askWith = async (tenant: Tenant, cursor: string) =>
  (await tenant.call(`/assets?limit=1&cursor=${cursor}`)).status

test('webhooks are signed with the same secrets after a rotation, which seals them anew', async () => {
  const tenant = await herbarium.newTenant()
  const receiver = await startReceiver()
  const made = await postJson(tenant, '/webhooks', { url: receiver.url })
  const { secret } = (await made.json()) as { secret: string }
  await reserve(tenant)
  await receiver.until(1)
  expect((await inventoryOf(herbarium.service, MASTERS)).masters[0]?.seals).toBe(1)
  const next: Masters = [NEXT, OLD]
  expect(await rotateBeside(herbarium.service, next)).toMatchObject({ resealed: 1, lostWebhooks: [] })
  const { masters, lost } = await inventoryOf(herbarium.service, next)
  expect({ seals: masters.map(({ seals }) => seals), lost }).toEqual({ seals: [5, 0], lost: 0 })
  await reserve(tenant)
  const told = await receiver.until(2)
  for (const { body, headers } of told)
    await tenant.client.webhooks.unwrap(body, headers as Record<string, string>, secret)
  await receiver.close()
})

test('fresh keys sign a minute later, and tickets, tokens and cursors of before are good until their end', async () => {
  const [early, unused] = [await reserve(herbarium), await reserve(herbarium)]
  const cursor = await cursorNow(herbarium)
  const rotation = await rotate()
  const meanwhile = await reserve(herbarium)
  expect([kidOf(meanwhile), tokenKidOf(meanwhile)]).toEqual([kidOf(early), tokenKidOf(early)])
  clock.advance(MINUTE_MS)
  const late = await reserve(herbarium)
  expect(kidOf(late)).toBe(kidFor(rotation, 'tickets'))
  expect(tokenKidOf(late)).toBe(kidFor(rotation, 'upload_tokens'))
  expect(await cursorNow(herbarium)).not.toBe(cursor)
  clock.advance(6 * DAY_MS)
  for (const reservation of [early, meanwhile, late]) {
    expect(await put(reservation)).toBe(204)
    expect(await completed(holderOf(reservation), reservation.asset_id)).toMatchObject({ status: 'ready' })
  }
  expect(await askWith(herbarium, cursor)).toBe(200)

  clock.advance(4 * DAY_MS)
  expect(await refusalIn(await putFile(herbarium, unused, png))).toMatchObject({ status: 403 })
  expect(await askWith(herbarium, cursor)).toBe(400)
  const holder = await holderOf(unused).call(`/assets/${unused.asset_id}`)
  expect(await refusalIn(holder)).toMatchObject({ status: 401 })
  expect(await put(await retried(herbarium, unused.asset_id))).toBe(204)
})

test('what is answered again after a rotation has the text that it had', async () => {
  const [key, body] = [newKey(), { source: 'signed-url', workspace_id: herbarium.workspaceId }]
  const first = await send(herbarium, '/assets', { key, body })
  await rotate()
  clock.advance(2 * MINUTE_MS)
  await expectReplay<Reservation>(first, await send(herbarium, '/assets', { key, body }))
})

test('signed URLs of media are good over a rotation until they expire, and with --now until a fresh one is asked for', async () => {
  const tenant = await signedTenant(herbarium)
  const { assetId, url } = await readyAsset(tenant, png, 'picture.png')
  const signerOf = (signed: string) => new URL(signed).searchParams.get('signature')?.split('.')[0]
  const freshUrl = async () => (await tenant.client.assets.retrieve(assetId)).url ?? ''
  const rotation = await rotate()
  clock.advance(MINUTE_MS)
  const fresh = await freshUrl()
  expect(signerOf(fresh)).toBe(kidFor(rotation, 'media'))
  expect(signerOf(url)).not.toBe(signerOf(fresh))
  for (const one of [url, fresh]) expect((await herbarium.fetch(one)).status).toBe(200)
  await rotate(true)
  for (const one of [url, fresh]) expect((await herbarium.fetch(one)).status).toBe(403)
  expect((await herbarium.fetch(await freshUrl())).status).toBe(200)
})

test('with --now tickets, tokens and cursors of before are refused, and a retry gives what is good', async () => {
  const early = await reserve(herbarium)
  const cursor = await cursorNow(herbarium)
  const rotation = await rotate(true)
  expect(await refusalIn(await putFile(herbarium, early, png))).toMatchObject({ status: 403 })
  expect((await holderOf(early).call(`/assets/${early.asset_id}`)).status).toBe(401)
  expect(await askWith(herbarium, cursor)).toBe(400)
  const again = await retried(herbarium, early.asset_id)
  expect(kidOf(again)).toBe(kidFor(rotation, 'tickets'))
  expect(await put(again)).toBe(204)
  expect(await completed(holderOf(again), again.asset_id)).toMatchObject({ status: 'ready' })
})

test('a ticket under a key that nobody here has is refused', async () => {
  const other = await startService({ environment: { SECRET_KEY: 'another installation and its own secret' } })
  const foreign = new URL((await reserve(other)).upload_url).pathname
  await other.close()
  for (let n = 0; n < 2; n++) {
    const refused = await herbarium.fetch(`${herbarium.origin}${foreign}`, { method: 'PUT', body: 'x' })
    expect(await refusalIn(refused)).toMatchObject({ status: 403 })
  }
})

test('keys that have ended are emptied by the sweep, and those in use are not', async () => {
  await rotate()
  clock.advance(30 * DAY_MS)
  await herbarium.service.readKeys()
  const { secretsForgotten } = await herbarium.service.sweep()
  expect(secretsForgotten).toBeGreaterThan(0)
  const rows = await herbarium.service.records.secrets.list()
  const now = clock.now()
  for (const { sealed, retiredAt } of rows) expect(sealed === '').toBe(retiredAt !== null && retiredAt <= now)
  expect(
    (await inventoryOf(herbarium.service, MASTERS)).keys.filter(({ state }) => state === 'signs'),
  ).toHaveLength(4)
  expect(await put(await reserve(herbarium))).toBe(204)
})

test('keys outlive a restart', async () => {
  const reservation = await reserve(herbarium)
  await herbarium.restart()
  const { pathname } = new URL(reservation.upload_url)
  expect(await put({ ...reservation, upload_url: `${herbarium.origin}${pathname}` })).toBe(204)
  expect(kidOf(await reserve(herbarium))).toBe(kidOf(reservation))
})
