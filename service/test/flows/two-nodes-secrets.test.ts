// Two nodes over the same rows while every secret is rotated: whatever one gives out the other takes, all the while.
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fault } from '../../src/ground/fault.ts'
import { randomIds } from '../../src/ground/ids.ts'
import { reserve } from '../support/reserve.ts'
import { inventoryOf, rotateBeside } from '../support/rotation.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { offsetOf } from '../support/tus.ts'
import { type Node, nodeOf, startSecondNode } from '../support/two-nodes.ts'
import { putFile } from '../support/uploads.ts'

const MINUTE_MS = 60_000
const [OLD, NEW] = ['the secret of before that is to go', 'the secret of now that is to stay']

const clock = createTestClock()
/** Keeps rows and bytes; nobody asks it. */
let first: RunningService
let nodes: Node[]
let png: Buffer
const open = async (secretKey: string) =>
  nodeOf(
    await startSecondNode(first, {
      environment: { SECRET_KEY: secretKey },
      world: { clock, ids: randomIds },
    }),
    first,
  )
beforeAll(async () => {
  png = await sampleBytes('i.png')
  first = await startService({
    world: { clock },
    environment: { SECRET_KEY: OLD, RATE_LIMIT: 'off', UPLOAD_TTL_SECONDS: '604800' },
  })
  nodes = [await open(OLD), await open(OLD)]
})
afterAll(async () => {
  for (const { service } of nodes) await service.close()
  await first.close()
})

const any = (): Node => {
  const node = nodes[Math.floor(Math.random() * nodes.length)]
  if (node === undefined) throw new Error('no node is there')
  return node
}

/** As every client does, whatever it asks: what the service cannot do right now is asked again. */
async function answered(ask: (node: Node) => Promise<Response>): Promise<number> {
  for (let tries = 0; ; tries++) {
    const { status } = await ask(any())
    if (status !== 503 || tries === 5) return status
    await delay(500)
  }
}

type Ask = (node: Node) => Promise<Response>

/** Asks what the ticket, the token and a cursor allow, each at any node; answers what went wrong. */
async function round({ sendsBytes }: { sendsBytes: boolean }): Promise<string[]> {
  const wrong: string[] = []
  const expectStatus = async (status: number, what: string, ask: Ask) => {
    const found = await answered(ask)
    if (found !== status) wrong.push(`${what}: ${found}`)
  }
  const reservation = await reserve(any())
  const { asset_id, upload_url, upload } = reservation
  const authorization = `Bearer ${upload.token}`
  const byToken = (node: Node, below: string, method: string) =>
    node.fetch(`${node.origin}/api/v1/assets/${asset_id}${below}`, { method, headers: { authorization } })
  if (sendsBytes) {
    await expectStatus(204, 'upload', node => putFile(node, reservation, png))
    await expectStatus(200, 'complete', node => byToken(node, '/complete', 'POST'))
  } else {
    const asked = { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } }
    await expectStatus(200, 'progress', node => node.fetch(upload_url, asked))
    await expectStatus(200, 'look', node => byToken(node, '', 'GET'))
  }
  const page = (await (await any().call('/assets?limit=1')).json()) as {
    meta: { next_cursor: string | null }
  }
  const { next_cursor } = page.meta
  if (next_cursor !== null)
    await expectStatus(200, 'next page', node => node.call(`/assets?limit=1&cursor=${next_cursor}`))
  return wrong
}

/** Clients that come one round after the other, from the call until `stop`, which answers all that went wrong. */
function startLoad(kind: { sendsBytes: boolean }) {
  let isOver = false
  const wrong: string[] = []
  let rounds = 0
  const client = async () => {
    while (!isOver) {
      wrong.push(...(await round(kind).catch(error => [String(error)])))
      rounds += 1
    }
  }
  const clients = [client(), client()]
  return {
    more: async (count: number) => {
      for (const goal = rounds + count; rounds < goal; ) await delay(5)
    },
    stop: async () => {
      isOver = true
      await Promise.all(clients)
      return { wrong, rounds }
    },
  }
}

/** As a load balancer has it: a node that is to stop is asked no more, and once it is back it is asked again. */
async function rollTo(secretKey: string, afterEach: () => Promise<void>): Promise<void> {
  for (const leaving of [...nodes]) {
    nodes = nodes.filter(node => node !== leaving)
    await afterEach()
    await leaving.service.close()
    nodes = [...nodes, await open(secretKey)]
    await afterEach()
  }
}

/** Runs `act` under load; fails where any client was refused anything. */
async function underLoad(
  act: (settle: () => Promise<void>) => Promise<void>,
  kind = { sendsBytes: true },
): Promise<void> {
  const load = startLoad(kind)
  const settle = () => load.more(3)
  await act(settle)
  const { wrong, rounds } = await load.stop()
  expect(wrong).toEqual([])
  expect(rounds).toBeGreaterThan(3)
}

test('clients are refused nothing, but what is busy for a moment, while keys and SECRET_KEY are rotated', async () => {
  const kept = [await reserve(any())]
  await underLoad(async settle => {
    await settle()
    await rollTo(`${OLD},${NEW}`, settle)
    kept.push(await reserve(any()))
    await rollTo(`${NEW},${OLD}`, settle)
    kept.push(await reserve(any()))
    await rotateBeside(first.service, [NEW, OLD])
    await settle()
    await nodes[0]?.service.readKeys()
    await settle()
  })
  clock.advance(MINUTE_MS)
  await underLoad(async settle => {
    await settle() // one signs with fresh keys that the other has not read
    for (const { service } of nodes) await service.readKeys()
    await settle()
    for (const reservation of kept) expect((await putFile(any(), reservation, png)).status).toBe(204)
  })
  const { masters } = await inventoryOf(first.service, [NEW, OLD])
  expect(masters[1]).toMatchObject({ seals: 0, verifiesUntil: expect.any(Number) })
  clock.advance((masters[1]?.verifiesUntil ?? 0) - clock.now())
  // Files are as old as the system's clock says, so that a sweep would take those of now for old ones: none are sent.
  await underLoad(
    async settle => {
      await settle()
      expect((await inventoryOf(first.service, [NEW, OLD])).masters[1]?.verifiesUntil).toBeUndefined()
      await rollTo(NEW, settle)
    },
    { sendsBytes: false },
  )
}, 240_000)

test('a node that lacks the secret of keys in use does not start, and says what to do', async () => {
  const failure = await open(OLD).catch(error => error)
  expect(failure).toBeInstanceOf(Fault)
  expect(failure.message).toMatch(/SECRET_KEY.+behind a comma.+--now/)
  await rotateBeside(first.service, [OLD], true)
  const node = await open(OLD)
  const { upload_url } = await reserve(node)
  expect(await offsetOf(node, upload_url)).toBe(0)
  await node.service.close()
})
