// Kills the real server over and over while clients work, and checks after each start what they had been told.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { brokenPromises } from '../folder-facts.ts'
import { firstTenant } from '../process-tenant.ts'
import { runHerbarium } from '../run-herbarium.ts'
import { type RunningProcess, spawnServer, startProcess, temporaryFolder } from '../start-process.ts'
import { type Wire, wireTo } from './asking.ts'
import { checkAll } from './check.ts'
import { checkLog, type LogDoors, openLogDoors, TELLS_US } from './check-log.ts'
import type { Told } from './told.ts'
import { type Answered, noneAnswered, workUntilKilled } from './work.ts'

export interface KillLoop {
  kills: number
  workers: number
  /** Called after each start whose checks have passed. */
  onPassed?: (kill: number, report: KillReport) => void
}

export interface KillReport {
  /** Steps that were answered. */
  answered: Answered
  assets: number
  /** In the log, at the end. */
  events: number
  slowestStartMs: number
}

/** A start may take so long, and no longer. */
const START_WITHIN_MS = 5_000
/** Assets checked once already are looked at again by chance, and all of them at the end. */
const OLD_ONES = 30

/** Throws at the first promise that does not hold. */
export async function runKillLoop({ kills, workers, onPassed }: KillLoop): Promise<KillReport> {
  const dataDir = await temporaryFolder()
  const ledger: Told[] = []
  const report: KillReport = {
    answered: noneAnswered(),
    assets: 0,
    events: 0,
    slowestStartMs: 0,
  }
  let checked = 0
  let doors: LogDoors | undefined
  try {
    for (let kill = 0; kill <= kills; kill++) {
      if (kill > 0 && randomInt(5) === 0) await killAtStart(dataDir)
      const wire = await start(dataDir, report)
      try {
        const old = kill === kills ? ledger.slice(0, checked) : someOf(ledger.slice(0, checked))
        await checkAll(wire, [...old, ...ledger.slice(checked)])
        doors ??= await openLogDoors(wire)
        checked = ledger.length
        report.assets = ledger.length
        onPassed?.(kill, report)
        if (kill === kills) report.events = await checkLog(wire, ledger, doors)
        if (kill < kills)
          await workUntilKilled(wire, ledger, {
            workers,
            forMs: randomInt(20, 600),
            answered: report.answered,
          })
      } finally {
        await wire.server.close()
      }
      await checkFolder(dataDir)
    }
    await checkByCommands(dataDir)
    return report
  } finally {
    await doors?.receiver.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** The one place for checks of a folder that no server runs on. */
async function checkFolder(dataDir: string): Promise<void> {
  assert.deepEqual(await brokenPromises(dataDir), [])
}

/** What an operator would ask; all files here are younger than the grace, which protects those that no row names. */
async function checkByCommands(dataDir: string): Promise<void> {
  const environment = { DATA_DIR: dataDir }
  const verified = await runHerbarium(['verify', '--json'], environment)
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  assert.deepEqual(JSON.parse(verified.stdout).damaged, [])
  const { stdout } = await runHerbarium(['repair', '--json'], environment)
  const { removable, foreign } = JSON.parse(stdout)
  assert.deepEqual({ removable, foreign }, { removable: [], foreign: [] })
}

async function killAtStart(dataDir: string): Promise<void> {
  const server = spawnServer(dataDir)
  await delay(randomInt(50, 600))
  server.child.kill('SIGKILL')
  await server.exited
}

async function start(dataDir: string, report: KillReport): Promise<Wire & { server: RunningProcess }> {
  const server = await startProcess({ dataDir, environment: TELLS_US })
  report.slowestStartMs = Math.max(report.slowestStartMs, Math.round(server.readyMs))
  assert.ok(server.readyMs < START_WITHIN_MS, `it took ${server.readyMs} ms to start`)
  return wireTo(server, await firstTenant(server))
}

const someOf = (ledger: Told[]): Told[] =>
  ledger.length <= OLD_ONES ? ledger : Array.from({ length: OLD_ONES }, () => any(ledger))

function any<T>(items: T[]): T {
  const item = items[randomInt(items.length)]
  if (item === undefined) throw new Error('there is none to choose')
  return item
}
