// A PostgreSQL server that crashes in the midst of work and comes back: nothing is lost, nothing fails for good.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { persistently, type Told } from '../support/persistently.ts'
import { postJson, type Reservation } from '../support/reserve.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningPostgres, startPostgres } from '../support/start-postgres.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { post, putFile } from '../support/uploads.ts'

const CLIENTS = 6
const ASSETS_EACH = 20
const CRASHES = 3
const BYTES = 4_000

let server: RunningPostgres
let herbarium: RunningService
beforeAll(async () => {
  server = await startPostgres()
  herbarium = await startService({
    environment: { DATABASE_URL: server.url, SECRET_KEY: randomBytes(32).toString('hex') },
  })
  await herbarium.call('/assets') // the document that answers are held to is fetched while there is a database
}, 60_000)
afterAll(async () => {
  await herbarium.close()
  await server.close()
})

/** One asset from its reservation to its bytes as they are served. */
async function plantOne(nonce: number, told: Told): Promise<string> {
  const bytes = wavOf(BYTES, nonce)
  const init = { headers: { 'content-type': 'application/json', 'idempotency-key': `asset-${nonce}` } }
  const said = { source: 'signed-url', workspace_id: herbarium.workspaceId, file_name: `${nonce}.wav` }
  const reserved = await persistently(
    () => herbarium.call('/assets', { ...init, method: 'POST', body: JSON.stringify(said) }),
    told,
  )
  expect([200, 201]).toContain(reserved.status)
  const reservation = (await reserved.json()) as Reservation // checked against the document by the tenant's fetch
  const sent = await persistently(() => putFile(herbarium, reservation, bytes), told)
  expect(sent.ok, String(sent.status)).toBe(true)
  const done = await persistently(() => post(herbarium, `/assets/${reservation.asset_id}/complete`), told)
  expect(await done.json()).toMatchObject({ status: 'ready' })
  return reservation.asset_id
}

test('while the server is away every answer is a 503 that says when to come back; then all work finishes', async () => {
  const told = { refusals: 0 }
  let isOver = false
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    const ids: string[] = []
    for (let n = 0; n < ASSETS_EACH; n++) ids.push(await plantOne(client * ASSETS_EACH + n, told))
    return ids
  })
  const work = Promise.all(clients).finally(() => {
    isOver = true
  })
  work.catch(() => undefined) // it is awaited once the server is back
  for (let crashes = 0; crashes < CRASHES && !isOver; crashes++) {
    await delay(300)
    const before = told.refusals
    await server.crash()
    await expect.poll(() => isOver || told.refusals > before, { timeout: 15_000 }).toBe(true)
    await server.start()
  }
  const ids = (await work).flat()
  expect(told.refusals).toBeGreaterThan(0)
  expect(new Set(ids).size).toBe(CLIENTS * ASSETS_EACH)
  const records = herbarium.service.records
  expect(await records.assets.count(herbarium.workspaceId)).toBe(ids.length)
  expect(await records.assets.usage(herbarium.workspaceId)).toMatchObject({ openAttempts: 0 })
  for (const id of ids) {
    const asset = await herbarium.client.assets.retrieve(id)
    const served = await herbarium.fetch(asset.url ?? '')
    expect(served.status).toBe(200)
    expect((await served.arrayBuffer()).byteLength).toBe(BYTES)
  }
}, 120_000)

test('readiness says so while the server is away, and no longer when it is back', async () => {
  const ready = async () => (await herbarium.fetch(`${herbarium.origin}/readyz`)).status
  expect(await ready()).toBe(200)
  await server.crash()
  expect(await ready()).toBe(503)
  expect((await postJson(herbarium, '/assets', {})).status).toBe(503)
  await server.start()
  await expect.poll(ready).toBe(200)
}, 60_000)
