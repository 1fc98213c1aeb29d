// The ticket in an upload URL is the credential: what opens the door, what does not, and for how long.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusalIn } from '../support/refusal-of.ts'
import { type Reservation, reserve } from '../support/reserve.ts'
import { sampleBytes, wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { completed, formToDoor, putFile, retried, uploaded } from '../support/uploads.ts'

const HOUR_MS = 3_600_000

const clock = createTestClock()
let herbarium: RunningService
let png: Buffer
beforeAll(async () => {
  herbarium = await startService({ world: { clock } })
  png = await sampleBytes('i.png')
})
afterAll(() => herbarium.close())

const door = (ticket: string) => `${herbarium.origin}/uploads/${ticket}`
const ticketOf = ({ upload_url }: Reservation) => upload_url.split('/').at(-1) ?? ''
const at = (url: string) => ({ upload_url: url })

test('a ticket with any character changed, cut or added opens nothing', async () => {
  const ticket = ticketOf(await reserve(herbarium))
  const parts = ticket.split('.')
  const flipped = Array.from(ticket, (letter, n) =>
    letter === '.' ? '' : ticket.slice(0, n) + (letter === 'A' ? 'B' : 'A') + ticket.slice(n + 1),
  ).filter((_, n) => n % 7 === 0)
  const forged = [
    ...flipped.filter(changed => changed !== ''),
    ticket.slice(0, -1),
    `${ticket}A`,
    `${ticket}.A`,
    parts.slice(0, 3).join('.'),
    ['v2', ...parts.slice(1)].join('.'),
    [parts[0], '00000000', ...parts.slice(2)].join('.'),
    ticket.toUpperCase(),
    'x',
    '...',
    'v1...',
    '%00',
    '%2e%2e%2f',
    'A'.repeat(1000),
  ]
  const files = await herbarium.files()
  for (const changed of forged)
    expect(await refusalIn(await putFile(herbarium, at(door(changed)), png)), changed).toMatchObject({
      status: 403,
      code: 'forbidden',
    })
  expect(await herbarium.files()).toEqual(files)
})

test('claims of one ticket with the seal of another open nothing', async () => {
  const one = ticketOf(await reserve(herbarium)).split('.')
  const other = ticketOf(await reserve(herbarium)).split('.')
  const mixed = [...one.slice(0, 3), other[3]].join('.')
  expect((await putFile(herbarium, at(door(mixed)), png)).status).toBe(403)
})

test('claims cannot be widened: another cap, expiry, attempt or asset breaks the seal', async () => {
  const mine = await reserve(herbarium, { file_size: 10 })
  const victim = await reserve(herbarium)
  const [version, kid, payload = '', mac] = ticketOf(mine).split('.')
  const [assetId, attempt, cap, expiry] = Buffer.from(payload, 'base64url').toString().split('.')
  const wider = [
    [assetId, attempt, Number(cap) * 1000, expiry],
    [assetId, attempt, cap, Number(expiry) + HOUR_MS],
    [assetId, Number(attempt) + 1, cap, expiry],
    [victim.asset_id, attempt, cap, expiry],
  ].map(claims => [version, kid, Buffer.from(claims.join('.')).toString('base64url'), mac].join('.'))
  for (const ticket of wider) expect((await putFile(herbarium, at(door(ticket)), png)).status).toBe(403)
})

test('a ticket of another installation opens nothing', async () => {
  const elsewhere = await startService()
  try {
    const foreign = ticketOf(await reserve(elsewhere))
    expect((await putFile(herbarium, at(door(foreign)), png)).status).toBe(403)
  } finally {
    await elsewhere.close()
  }
})

test('a ticket fills its own asset, until its hour is over', async () => {
  const reservation = await reserve(herbarium)
  clock.advance(HOUR_MS - 60_000)
  expect((await putFile(herbarium, reservation, png)).status).toBe(204)
  clock.advance(60_000)
  const refusal = await refusalIn(await putFile(herbarium, reservation, png))
  expect(refusal).toMatchObject({ status: 403, code: 'forbidden' })
  expect(refusal.message).toContain('expired')
  expect(refusal.message).toContain('/retry')
})

test('bytes may be sent again until the asset is complete, and the last ones count', async () => {
  const files = await herbarium.files()
  const reservation = await uploaded(herbarium, {}, await sampleBytes('html.png'))
  expect((await formToDoor(herbarium, reservation, png)).status).toBe(204)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
  expect(await herbarium.files()).toHaveLength(files.length + 1)
})

test('a ticket replayed after ready is refused on both ways in, and the bytes served stay the same', async () => {
  const reservation = await uploaded(herbarium)
  await completed(herbarium, reservation.asset_id)
  const files = await herbarium.files()
  const other = await sampleBytes('i.webp')
  for (const send of [formToDoor, putFile])
    expect(await refusalIn(await send(herbarium, reservation, other))).toMatchObject({ status: 403 })
  expect(await herbarium.files()).toEqual(files)
  const served = await herbarium.fetch(reservation.url)
  expect(png.equals(Buffer.from(await served.arrayBuffer()))).toBe(true)
  expect(await completed(herbarium, reservation.asset_id)).toMatchObject({ status: 'ready' })
})

test('a ticket of a failed attempt is refused, until retry gives another', async () => {
  const reservation = await uploaded(herbarium, {}, Buffer.alloc(0))
  await completed(herbarium, reservation.asset_id)
  expect((await putFile(herbarium, reservation, png)).status).toBe(403)
  const fresh = await retried(herbarium, reservation.asset_id)
  expect((await putFile(herbarium, reservation, png)).status).toBe(403)
  expect((await putFile(herbarium, fresh, png)).status).toBe(204)
})

test.each(['Bearer sk_live_garbage', 'Basic Og==', 'nonsense', 'Bearer'])(
  'the header "Authorization: %s" is neither needed nor read',
  async authorization => {
    const reservation = await reserve(herbarium)
    const sent = await herbarium.fetch(reservation.upload_url, {
      method: 'PUT',
      headers: { authorization, cookie: 'session=1' },
      body: new Uint8Array(png),
    })
    expect(sent.status).toBe(204)
  },
)

test('a page of any origin may ask first and then send', async () => {
  const reservation = await reserve(herbarium)
  const preflight = await herbarium.fetch(reservation.upload_url, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example.com',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
  expect(preflight.headers.get('access-control-allow-methods')).toMatch(/\bPOST\b.*\bPUT\b/)
  expect(preflight.headers.get('access-control-allow-headers')).toBe('*')
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
  const sent = await formToDoor(herbarium, reservation, png)
  expect(sent.headers.get('access-control-allow-origin')).toBe('*')
  expect(sent.headers.get('access-control-expose-headers')).toContain('request-id')
})

test('a page may read why the door refused it', async () => {
  const refused = [
    await putFile(herbarium, at(door('x')), png),
    await herbarium.fetch((await reserve(herbarium)).upload_url, { method: 'POST', body: 'x' }),
    await putFile(herbarium, await reserve(herbarium, { file_size: 1 }), png),
  ]
  expect(refused.map(({ status }) => status)).toEqual([403, 400, 413])
  for (const { headers } of refused) expect(headers.get('access-control-allow-origin')).toBe('*')
})

test('the door has no window: GET shows nothing of what lies behind it, and tus is spoken or not at all', async () => {
  const reservation = await uploaded(herbarium)
  const statusOf = async (method: string) =>
    (await herbarium.fetch(reservation.upload_url, { method })).status
  expect(await statusOf('GET')).toBe(404)
  for (const method of ['HEAD', 'PATCH', 'DELETE']) expect(await statusOf(method)).toBe(412)
})

test('a ticket names its file, cap and end, and nothing secret: not the key, not the media url', async () => {
  const reservation = await reserve(herbarium, { file_name: 'secret name.png' })
  const payload = Buffer.from(ticketOf(reservation).split('.')[2] ?? '', 'base64url').toString()
  expect(payload).toContain(reservation.asset_id)
  const mediaToken = new URL(reservation.url).pathname.split('/')[2] ?? ''
  expect(mediaToken).toHaveLength(30)
  for (const secret of [herbarium.apiKey, mediaToken, 'secret name']) expect(payload).not.toContain(secret)
})

test('a retried upload of another size is sealed with the cap that was promised', async () => {
  const reservation = await reserve(herbarium, { file_size: 1000 })
  const fresh = await retried(herbarium, reservation.asset_id)
  expect((await putFile(herbarium, fresh, wavOf(1002))).status).toBe(413)
  expect((await putFile(herbarium, fresh, wavOf(1000))).status).toBe(204)
})
