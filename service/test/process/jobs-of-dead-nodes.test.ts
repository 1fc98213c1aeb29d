// A node that dies loses no job: what it had begun, or was about to, another does.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { LEASE_MS } from '../../src/assets/attempt.ts'
import { JOB_LEASE_MS } from '../../src/jobs/background.ts'
import { answerTo, call, sendTo, type Wire } from '../support/kill/asking.ts'
import { complete, reserve, storeDirectly, upload } from '../support/kill/client.ts'
import { wiresTo } from '../support/kill/members.ts'
import { type Nodes, startNodes } from '../support/kill/nodes.ts'
import { type SharedEngines, shareEngines } from '../support/kill/shared-engines.ts'
import { wavOf } from '../support/samples.ts'
import { cephHere } from '../support/use-bucket.ts'

const EACH = 8
/** By chance all jobs may be done before their node dies. */
const ROUNDS = 5

let shared: SharedEngines
let nodes: Nodes
let wire: Wire
beforeAll(async () => {
  shared = await shareEngines({ postgresUrl: inject('postgresUrl'), ceph: cephHere() })
  // A completion is answered before the bytes are judged, so that a job goes on with them.
  nodes = await startNodes(3, { shared: { ...shared.environment, COMPLETE_WAIT_SECONDS: '0' } })
  const [first] = await wiresTo(nodes, { cut: 0, refused: 0 })
  if (first === undefined) throw new Error('there is nobody to ask')
  wire = first
}, 120_000)
afterAll(async () => {
  await nodes.close()
  await shared.drop()
})

/** A job that had to wait for something is begun again after some seconds. */
async function until<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean): Promise<void> {
  await expect.poll(async () => satisfies(await ask()), { timeout: 40_000, interval: 200 }).toBe(true)
}

const bytes = (n: number) => Buffer.from(wavOf(200_000, n))
const times = <T>(make: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: EACH }, (_, n) => make(n)))

/** Without those that wait for a ticket's end. */
const jobs = () => shared.query("select kind from jobs where kind in ('settle', 'discard')")
const ask = (method: string, path: string) => answerTo(wire, { method, path })
const statusOf = async (assetId: string) =>
  (await call<{ status: string }>(wire, 'GET', `/assets/${assetId}`)).status

/** All nodes are killed and start again; answers which jobs of this kind were left. Leases of the dead are over then. */
async function killAll(kind: string): Promise<Record<string, unknown>[]> {
  await nodes.killAll()
  const killedAt = Date.now()
  const left = (await jobs()).filter(job => job.kind === kind)
  await nodes.ready()
  // As if a minute had gone by. The database may have written a lease after the end of the one who asked for it.
  await shared.query('update jobs set lease_until = 0 where lease_until <= $1', killedAt + JOB_LEASE_MS)
  await shared.query('update attempts set lease_until = 0 where lease_until <= $1', killedAt + LEASE_MS)
  return left
}

test('what all nodes had to settle when they were killed at once is settled, without being asked for again', async () => {
  for (let left: Record<string, unknown>[] = [], round = 1; left.length === 0; round++) {
    if (round > ROUNDS) throw new Error('no node died with something to settle')
    const waiting = await times(async n => {
      const told = await reserve(wire, bytes(round * 100 + n))
      await upload(wire, told)
      return told
    })
    await Promise.all(waiting.map(({ assetId }) => ask('POST', `/assets/${assetId}/complete`)))
    left = await killAll('settle')
    for (const { assetId } of waiting)
      await until(
        () => statusOf(assetId),
        status => status === 'ready',
      )
    for (const { url } of waiting) expect((await sendTo(wire, url)).status).toBe(200)
  }
  await until(jobs, left => left.length === 0)
}, 120_000)

test('the bytes that dead nodes had to remove are removed', async () => {
  for (let left: Record<string, unknown>[] = [], round = 1; left.length === 0; round++) {
    if (round > ROUNDS) throw new Error('no node died with something to remove')
    const kept = await storeDirectly(wire, bytes(0))
    const told = await times(n => storeDirectly(wire, bytes(n + 1)))
    const keys = await shared.query(
      'select blob_key from assets where id = any($1)',
      told.map(({ assetId }) => assetId),
    )
    const gone = told.map(({ assetId }) => ask('DELETE', `/assets/${assetId}`))
    await Promise.any(gone)
    left = await killAll('discard')
    await Promise.all(gone)
    await until(jobs, rest => rest.length === 0)
    for (const { blob_key } of keys) expect(await shared.isStored(String(blob_key))).toBe(false)
    await complete(wire, kept)
    expect((await sendTo(wire, kept.url)).status).toBe(200)
  }
}, 120_000)
