// Kills one of several nodes over and over while clients work at the one address before them; then looks at everything.
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Environment } from '../start-process.ts'
import type { Wire } from './asking.ts'
import { checkAll, checkThatIsAll } from './check.ts'
import { checkLog, type LogDoors, openLogDoors, TELLS_US } from './check-log.ts'
import { askHerbarium, wiresTo } from './members.ts'
import { type Nodes, startNodes } from './nodes.ts'
import type { Setbacks } from './send-until-answered.ts'
import { type Engines, type SharedEngines, shareEngines } from './shared-engines.ts'
import type { Told } from './told.ts'
import { type Answered, type Clients, noneAnswered, startClients } from './work.ts'

export interface NodesLoop {
  engines: Engines
  nodes: number
  kills: number
  /** Where starting takes so long that there are fewer kills in this time, it is over all the same. */
  withinMs?: number
  /** Half of them in each of two workspaces. */
  workers: number
  /** Called after each kill. */
  onKill?: (report: NodesReport) => void
}

export interface NodesReport {
  kills: number
  answered: Answered
  setbacks: Setbacks
  assets: number
  /** In the logs of both, at the end. */
  events: number
  /** Connections that each node was given. */
  given: number[]
}

interface Tenant {
  wire: Wire
  ledger: Told[]
  doors: LogDoors
  clients: Clients
}

/** Nobody is killed for so long: then most is under way at once, on nodes that remember what they have seen. */
const CALM_MS = 5_000
/** From one kill to the next. */
const KILL_EVERY_MS = 1_000

/** Throws at the first promise that does not hold. */
export async function runNodesLoop(loop: NodesLoop): Promise<NodesReport> {
  const shared = await shareEngines(loop.engines)
  const own = { 1: { COMPLETE_WAIT_SECONDS: '0' } } // it answers before the bytes are judged: a job goes on with them
  const nodes = await startNodes(loop.nodes, { shared: { ...shared.environment, ...TELLS_US }, own })
  const answered = noneAnswered()
  const setbacks = { cut: 0, refused: 0 }
  const workers = Math.ceil(loop.workers / 2)
  const tenants: Tenant[] = []
  let events = 0
  const reportOf = (kills: number): NodesReport => ({
    kills,
    answered,
    setbacks,
    assets: tenants.reduce((sum, { ledger }) => sum + ledger.length, 0),
    events,
    given: nodes.given(),
  })
  try {
    for (const wire of await wiresTo(nodes, setbacks)) {
      const ledger: Told[] = []
      const doors = await openLogDoors(wire)
      tenants.push({ wire, ledger, doors, clients: startClients(wire, ledger, { workers, answered }) })
    }
    const worked = Promise.all(tenants.map(({ clients }) => clients.done))
    const kills = await Promise.race([
      killOneByOne(nodes, loop, reportOf),
      nodes.failed,
      worked.then(() => 0),
    ])
    for (const { clients } of tenants) clients.stop()
    await Promise.race([Promise.all([nodes.ready(), worked]), nodes.failed])
    for (const { wire, ledger, doors } of tenants) {
      await checkAll(wire, ledger)
      await checkThatIsAll(wire, ledger)
      events += await checkLog(wire, ledger, doors)
    }
    await checkBehindTheirBacks(shared, nodes.environments[0] ?? {})
    return reportOf(kills)
  } finally {
    for (const { clients } of tenants) clients.stop()
    for (const { doors } of tenants) await doors.receiver.close()
    await nodes.close()
    await shared.drop()
  }
}

/** Answers how many were killed. */
async function killOneByOne(
  nodes: Nodes,
  { kills, withinMs = Number.POSITIVE_INFINITY, onKill }: NodesLoop,
  reportOf: (kills: number) => NodesReport,
): Promise<number> {
  await delay(CALM_MS)
  const until = performance.now() + withinMs
  for (let kill = 1; ; kill++) {
    await delay(KILL_EVERY_MS)
    await nodes.killOne()
    onKill?.(reportOf(kill))
    if (kill === kills || performance.now() > until) return kill
  }
}

/** What an operator would ask, and what the rows say of each other. */
async function checkBehindTheirBacks(shared: SharedEngines, environment: Environment): Promise<void> {
  assert.deepEqual(await shared.contradictions(), [])
  await checkJobs(shared)
  assert.deepEqual((await askHerbarium(['verify'], environment)).damaged, [])
  const { removable, foreign } = await askHerbarium(['repair'], environment)
  assert.deepEqual({ removable, foreign }, { removable: [], foreign: [] })
  const { checks } = await askHerbarium(['doctor'], environment)
  const complaints = checks.filter(({ status }: { status: string }) => status !== 'ok')
  const ofMore = complaints.filter(({ name }: { name: string }) => name !== 'cors') // no page is to use this bucket
  assert.deepEqual(ofMore, [], 'doctor is not content')
}

/** So long after it is due a job has been begun by somebody. */
const BEGUN_WITHIN_MS = 10_000

/** What a dead node has left is due once its lease is over. */
async function checkJobs({ query }: SharedEngines): Promise<void> {
  const overdue = await query(
    'select kind, subject, tries from jobs where greatest(run_at, coalesce(lease_until, 0)) < $1',
    Date.now() - BEGUN_WITHIN_MS,
  )
  assert.deepEqual(overdue, [], 'nobody has begun these')
}
