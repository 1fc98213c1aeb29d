// PostgreSQL or the store goes away in the midst of work: nobody is failed for good, and nothing acknowledged is lost.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { endLife, type Life, type Liver, live, type Way } from '../support/lives.ts'
import type { Told } from '../support/persistently.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { type Gateway, startGateway } from '../support/start-ceph.ts'
import { type Internet, startInternet } from '../support/start-internet.ts'
import { type RunningPostgres, startPostgres } from '../support/start-postgres.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { cephHere } from '../support/use-bucket.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const CLIENTS = 4
const ALL_WAYS: Way[] = ['form', 'post', 'put', 'tus', 'direct', 'url']
const BYTES: Record<Way, number> = {
  form: 300_000,
  post: 300_000,
  put: 40_000,
  tus: 6_000_000,
  direct: 300_000,
  url: 40_000,
}
/** What nobody names is protected for an hour, and an upload nobody finishes is forgotten after a day. */
const LONG_AFTERWARDS_MS = 3 * 24 * 3_600_000

const clock = createTestClock()
const offered = new Map<string, Buffer>()
let postgres: RunningPostgres
let gateway: Gateway
let internet: Internet
let herbarium: RunningService
beforeAll(async () => {
  postgres = await startPostgres()
  gateway = await startGateway(cephHere())
  internet = await startInternet()
  internet.answer = (request, response) => response.end(offered.get(request.url ?? ''))
  herbarium = await startService({
    world: { clock, remote: internet.world },
    environment: {
      ...internet.environment,
      DATABASE_URL: postgres.url,
      SECRET_KEY: randomBytes(32).toString('hex'),
      S3_ENDPOINT: gateway.endpoint,
    },
  })
  await herbarium.call('/assets') // the document that answers are held to is fetched while there is a database
})
afterAll(async () => {
  await herbarium.close()
  await internet.close()
  await gateway.close()
  await postgres.close()
})

function urlOf(bytes: Buffer): string {
  const path = `/${offered.size}.wav`
  offered.set(path, bytes)
  return internet.url('files.example.com', path)
}

let lives = 0
/** Every way once, beginning with another for each client; every third asset is deleted again. */
async function work(liver: Liver, client: number, alive: Life[]): Promise<void> {
  for (let n = 0; n < ALL_WAYS.length; n++) {
    const way = ALL_WAYS[(client + n) % ALL_WAYS.length] ?? 'form'
    const nonce = lives++
    const life = await live(liver, {
      way,
      name: `asset-${nonce}`,
      bytes: Buffer.from(wavOf(BYTES[way], nonce)),
    })
    if (nonce % 3 === 0) await endLife(liver, life)
    else alive.push(life)
  }
}

const alive: Life[] = []

interface Outage {
  begin(): Promise<void>
  end(): Promise<void>
}

const postgresLost: Outage = { begin: () => postgres.crash(), end: () => postgres.start() }
const storeLost: Outage = { begin: () => gateway.kill(), end: () => gateway.start() }
const bothLost: Outage = {
  begin: async () => void (await Promise.all([postgres.crash(), gateway.kill()])),
  end: async () => void (await Promise.all([postgres.start(), gateway.start()])),
}

test.each<[string, Outage, number]>([
  ['PostgreSQL stops at once', postgresLost, 3],
  ["the store's gateway is killed", storeLost, 2],
  ['both go', bothLost, 1],
])(
  '%s and comes back: all work finishes, all that was acknowledged is there, nothing else stays',
  async (_, outage, times) => {
    const told: Told = { refusals: 0 }
    let isOver = false
    const working = Promise.all(
      Array.from({ length: CLIENTS }, (_, client) => work({ herbarium, told, urlOf }, client, alive)),
    ).finally(() => {
      isOver = true
    })
    working.catch(() => undefined) // it is awaited once everything is back
    for (let outages = 0; outages < times && !isOver; outages++) {
      await delay(300)
      const before = told.refusals
      await outage.begin()
      await expect.poll(() => isOver || told.refusals > before, { timeout: 60_000 }).toBe(true)
      await outage.end()
    }
    await working
    expect(told.refusals).toBeGreaterThan(0)
    await expectAllThere()
  },
)

test('the gateway stalls for a while and goes on: nobody is told anything but success', async () => {
  const told: Told = { refusals: 0 }
  const working = Promise.all(
    Array.from({ length: CLIENTS }, (_, client) => work({ herbarium, told, urlOf }, client, alive)),
  )
  working.catch(() => undefined)
  await delay(500)
  gateway.pause()
  await delay(2_000)
  gateway.goOn()
  await working
  expect(told.refusals).toBe(0)
  await expectAllThere()
})

/** Each byte of each asset that is there, no asset that is not, and in the end no byte that waits for a row. */
async function expectAllThere(): Promise<void> {
  const { assets } = herbarium.service.records
  expect(await assets.count(herbarium.workspaceId)).toBe(alive.length)
  expect(await assets.usage(herbarium.workspaceId)).toMatchObject({ openAttempts: 0 })
  for (const { assetId, url, bytes } of alive) {
    expect(await herbarium.client.assets.retrieve(assetId)).toMatchObject({ status: 'ready' })
    const served = await herbarium.fetch(url)
    expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true)
  }
  const { checked, damaged } = await runJson(['verify'], herbarium.environment)
  expect({ checked, damaged }).toEqual({ checked: alive.length, damaged: [] })
  expect(await runJson(['repair'], herbarium.environment)).toMatchObject({ removable: [], foreign: [] })
  clock.advance(LONG_AFTERWARDS_MS)
  await herbarium.service.sweep()
  expect((await herbarium.files()).filter(key => !key.startsWith('media/'))).toEqual([])
}
