// Two nodes over the same rows while every secret is rotated: whatever one gives out the other takes, all the while.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fault } from '../../src/ground/fault.ts'
import { randomIds } from '../../src/ground/ids.ts'
import { type AssetUpload, reserve } from '../support/reserve.ts'
import { inventoryOf, rotateBeside } from '../support/rotation.ts'
import { sampleBytes } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { createTestClock } from '../support/test-clock.ts'
import { type Node, nodeOf, startSecondNode } from '../support/two-nodes.ts'
import { completed, putFile } from '../support/uploads.ts'

const MINUTE_MS = 60_000
const [OLD, NEW] = ['the secret of before, which goes', 'the secret from now on, which stays']

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

/** One client's round, each request at any node; answers what went wrong. */
async function round(): Promise<string[]> {
  const wrong: string[] = []
  const note = (what: string, status: number, expected: number) => {
    if (status !== expected) wrong.push(`${what}: ${status}`)
  }
  const reservation = await reserve(any())
  note('upload', (await putFile(any(), reservation, png)).status, 204)
  const done = await any().fetch(`${any().origin}/api/v1/assets/${reservation.asset_id}/complete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${reservation.upload.token}` },
  })
  note('complete by token', done.status, 200)
  const page = (await (await any().call('/assets?limit=1')).json()) as {
    meta: { next_cursor: string | null }
  }
  if (page.meta.next_cursor !== null)
    note('next page', (await any().call(`/assets?limit=1&cursor=${page.meta.next_cursor}`)).status, 200)
  return wrong
}

/** Clients that never repeat a request, from the call until `stop`, which answers all that went wrong. */
function startLoad() {
  let isOver = false
  const wrong: string[] = []
  let rounds = 0
  const client = async () => {
    while (!isOver) {
      wrong.push(...(await round().catch(error => [String(error)])))
      rounds += 1
    }
  }
  const clients = [client(), client(), client()]
  const more = async (count: number) => {
    for (const goal = rounds + count; rounds < goal; ) await new Promise(resolve => setTimeout(resolve, 5))
  }
  return {
    more,
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

test('clients that repeat nothing are refused nothing while keys and SECRET_KEY are rotated', async () => {
  const load = startLoad()
  const settle = () => load.more(6)
  const kept = [await reserve(any())]
  await settle()
  await rollTo(`${OLD},${NEW}`, settle)
  kept.push(await reserve(any()))
  await rollTo(`${NEW},${OLD}`, settle)
  kept.push(await reserve(any()))
  const [one] = nodes
  await rotateBeside(first.service, [NEW, OLD])
  await settle()
  await one?.service.readKeys()
  await settle()
  clock.advance(MINUTE_MS) // now one signs with fresh keys that the other has not read
  await settle()
  for (const { service } of nodes) await service.readKeys()
  await settle()
  for (const reservation of kept) expect((await putFile(any(), reservation, png)).status).toBe(204)
  const { masters } = await inventoryOf(first.service, [NEW, OLD])
  expect(masters[1]).toMatchObject({ seals: 0, verifiesUntil: expect.any(Number) })
  const late = await reserve(any())
  clock.advance((masters[1]?.verifiesUntil ?? 0) - clock.now() - 6 * 24 * 60 * MINUTE_MS)
  clock.advance(6 * 24 * 60 * MINUTE_MS)
  expect((await inventoryOf(first.service, [NEW, OLD])).masters[1]?.verifiesUntil).toBeUndefined()
  const fresh = await reserve(any())
  await rollTo(NEW, settle)
  expect((await putFile(any(), fresh, png)).status).toBe(204)
  expect(late.upload_url.split('.')[1]).toBe(fresh.upload_url.split('.')[1])
  const { wrong, rounds } = await load.stop()
  expect(wrong).toEqual([])
  expect(rounds).toBeGreaterThan(60)
})

test('a node that lacks the secret of keys in use does not start, and says what to do', async () => {
  const failure = await open(OLD).catch(error => error)
  expect(failure).toBeInstanceOf(Fault)
  expect(failure.message).toMatch(/SECRET_KEY.+behind a comma.+--now/)
  await rotateBeside(first.service, [OLD], true)
  const node = await open(OLD)
  const { asset_id, upload_url } = await reserve(node)
  expect((await putFile(node, { upload_url }, png)).status).toBe(204)
  const asset: AssetUpload = await completed(node, asset_id)
  expect(asset.status).toBe('ready')
  await node.service.close()
})
