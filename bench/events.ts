// A long log read by its three doors at once, while writers go on: nothing is missing, doubled or out of order, and nobody waits.
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { type EventStream, openEventStream } from '../service/test/support/event-stream.ts'
import { startPostgres } from '../service/test/support/start-postgres.ts'
import { startReceiver } from '../service/test/support/start-receiver.ts'
import { type Herbarium, startHerbarium } from './contestants/herbarium.ts'
import { freshFolder } from './contestants/start.ts'
import { residentMiB } from './load/process-watch.ts'
import { quantile } from './load/statistics.ts'
import { wholeNumber } from './whole-number.ts'

/** The most that one request may reserve, each of which is an event. */
const BATCH = 50
const WRITERS = 4
const IDLE_STREAMS = 1000
const HANGING = 20

interface Logged {
  id: string
  seq: number
}

/** `--count N --nodes N`; one node has its rows in SQLite, several have them in PostgreSQL. */
export async function runEvents(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { count: { type: 'string', default: '100000' }, nodes: { type: 'string', default: '1' } },
  })
  const [count, nodes] = [wholeNumber('--count', values.count), wholeNumber('--nodes', values.nodes)]
  const installation = await startNodes(nodes)
  try {
    console.log(JSON.stringify(await measure(installation.nodes, count), null, 2))
  } finally {
    await installation.close()
  }
}

async function startNodes(count: number) {
  const postgres = count > 1 ? await startPostgres() : undefined
  const folder = await freshFolder()
  const environment = {
    WEBHOOK_ALLOW_HOSTS: 'localhost',
    ...(postgres && { DATABASE_URL: postgres.url, SECRET_KEY: 'a secret of this bench alone, 32+' }),
  }
  const first = await startHerbarium({ environment, folder })
  const nodes = [first]
  for (let n = 1; n < count; n++) nodes.push(await startHerbarium({ environment, folder, key: first.key }))
  return {
    nodes,
    close: async () => {
      for (const node of nodes) await node.close()
      await postgres?.close()
    },
  }
}

async function measure(nodes: Herbarium[], count: number) {
  const at = (n: number): Herbarium => nodes[n % nodes.length] ?? failed('there is no node')
  const receiver = await startReceiver()
  const hanging = await startReceiver()
  hanging.status = 0
  await register(at(0), receiver.url)
  for (let n = 0; n < HANGING; n++) await register(at(0), `${hanging.url}/${n}`)
  const before = memoryOf(nodes)
  const streams = await openStreams(at)
  const withStreams = memoryOf(nodes)
  const began = performance.now()
  const live = streamed(at(1), count)
  const pages = pulled(at(2), count)
  const waits = await write(at, count)
  const written = performance.now()
  const [byStream, byPages] = [await live, await pages]
  const read = performance.now()
  await receiver.until(count)
  const pushed = performance.now()
  for (const stream of streams) stream.close()
  assert.deepEqual(
    byPages.map(({ seq }) => seq),
    byPages.map((_, n) => n + 1),
    'the log has a gap, or something twice',
  )
  const ids = byPages.map(({ id }) => id)
  assert.equal(new Set(ids).size, count)
  assert.deepEqual(byStream, ids, 'the stream told something else')
  assert.deepEqual(
    [...new Set(receiver.received.map(({ told }) => told.data.event_id))],
    ids,
    'the endpoint was told something else',
  )
  const after = memoryOf(nodes)
  await receiver.close()
  await hanging.close()
  return {
    events: count,
    nodes: nodes.length,
    writtenPerSecond: Math.round(count / ((written - began) / 1000)),
    batchP99Ms: Math.round(
      quantile(
        waits.toSorted((a, b) => a - b),
        0.99,
      ),
    ),
    readersBehindMs: Math.round(read - written),
    pushedPerSecond: Math.round(count / ((pushed - began) / 1000)),
    mebibytes: { before, withStreams, after },
  }
}

const failed = (why: string): never => {
  throw new Error(why)
}

const memoryOf = (nodes: Herbarium[]): number[] => nodes.map(({ pid }) => Math.round(residentMiB(pid)))

const headersOf = ({ key }: Herbarium) => ({
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
})

async function register(node: Herbarium, url: string): Promise<void> {
  const answer = await fetch(`${node.origin}/api/v1/webhooks`, {
    method: 'POST',
    headers: headersOf(node),
    body: JSON.stringify({ url }),
  })
  assert.equal(answer.status, 201)
}

/** They follow what never happens. */
const openStreams = (at: (n: number) => Herbarium): Promise<EventStream[]> =>
  Promise.all(
    Array.from({ length: IDLE_STREAMS }, (_, n) =>
      openEventStream(`${at(n).origin}/api/v1/events/stream?types=asset.cancelled`, headersOf(at(n))),
    ),
  )

/** Answers how long each request took, in milliseconds. */
async function write(at: (n: number) => Herbarium, count: number): Promise<number[]> {
  const waits: number[] = []
  let left = count
  const work = async (n: number) => {
    for (let request = 0; left > 0; request++) {
      const size = Math.min(BATCH, left)
      left -= size
      const node = at(n + request)
      const assets = Array.from({ length: size }, () => ({ file_name: 'a.png', content_type: 'image/png' }))
      const began = performance.now()
      const answer = await fetch(`${node.origin}/api/v1/assets/batch`, {
        method: 'POST',
        headers: headersOf(node),
        body: JSON.stringify({ workspace_id: node.workspaceId, assets }),
      })
      assert.ok(answer.ok, `${answer.status} ${await answer.text()}`)
      waits.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, n) => work(n)))
  return waits
}

async function streamed(node: Herbarium, count: number): Promise<string[]> {
  const stream = await openEventStream(`${node.origin}/api/v1/events/stream?after=0`, headersOf(node))
  const ids: string[] = []
  while (ids.length < count) ids.push((JSON.parse((await stream.next()).data) as Logged).id)
  stream.close()
  return ids
}

async function pulled(node: Herbarium, count: number): Promise<Logged[]> {
  const log: Logged[] = []
  for (let after = 0; log.length < count; ) {
    const answer = await fetch(`${node.origin}/api/v1/events?limit=1000&wait=20&after=${after}`, {
      headers: headersOf(node),
    })
    const page = (await answer.json()) as { events: Logged[]; meta: { next_after: number } } // as our document says
    log.push(...page.events)
    after = page.meta.next_after
  }
  return log
}
