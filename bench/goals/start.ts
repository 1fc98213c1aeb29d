// How long a start takes until the first answer, and how much memory a server takes that nobody asks anything.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../service/test/support/free-port.ts'
import { type Herbarium, startHerbarium } from '../contestants/herbarium.ts'
import { freshFolder, startBarePut } from '../contestants/start.ts'
import { askOk, openConnection } from '../load/connection.ts'
import { spreadOf } from '../load/in-turns.ts'
import { residentMiB } from '../load/process-watch.ts'
import { alongside } from './alongside.ts'
import { atMost, type Goal, noAim, SYNCED } from './goal.ts'

const STARTS = 5
const ASK_EVERY_MS = 2
const IDLE_MS = 5000
const WITHIN_MS = 60_000

export async function measureStart(): Promise<Goal[]> {
  const found: Started[] = []
  for (let n = 0; n < STARTS; n++) found.push(await startTwice())
  const bare = spreadOf(found.map(({ bareMs }) => bareMs)).median
  const bareIdle = await alongside([startBarePut], async ([{ pid }]) => {
    await delay(IDLE_MS)
    return residentMiB(pid)
  })
  const beside = `a bare node -e 0 takes ${bare.toFixed(0)} ms from start to end`
  return [
    {
      figure: 'start, to the first answer of GET /healthz',
      measured: spreadOf(found.map(({ againMs }) => againMs)),
      ...atMost('ms', 400, 250),
      seen: beside,
      synced: 'ours: that it is alive',
    },
    {
      figure: 'the very first start, which makes the installation',
      measured: spreadOf(found.map(({ firstMs }) => firstMs)),
      ...noAim('ms'),
      seen: beside,
      synced: 'ours: its database, folders and keys',
    },
    {
      figure: `idle memory ${IDLE_MS / 1000} s after a start`,
      measured: spreadOf(found.map(({ idleMiB }) => idleMiB)),
      ...atMost('MiB', 90, 75),
      seen: `resident, server and its children; a bare node:http server takes ${bareIdle.toFixed(0)} MiB`,
      synced: SYNCED.none,
    },
  ]
}

interface Started {
  bareMs: number
  firstMs: number
  againMs: number
  idleMiB: number
}

async function startTwice(): Promise<Started> {
  const folder = await freshFolder()
  try {
    const bareMs = await bareStart()
    const first = await startAndAsk(folder)
    await first.herbarium.stop()
    const again = await startAndAsk(folder)
    await delay(IDLE_MS)
    const idleMiB = residentMiB(again.herbarium.pid)
    await again.herbarium.close()
    return { bareMs, firstMs: first.tookMs, againMs: again.tookMs, idleMiB }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bareStart(): Promise<number> {
  const began = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
  return performance.now() - began
}

/** Asks under an address that is known beforehand, from the moment of the start on. */
async function startAndAsk(folder: string): Promise<{ herbarium: Herbarium; tookMs: number }> {
  const port = String(await freePort())
  const began = performance.now()
  const starting = startHerbarium({ folder, environment: { PORT: port } })
  const [herbarium, answeredAt] = await Promise.all([starting, firstAnswer(`http://127.0.0.1:${port}`)])
  return { herbarium, tookMs: answeredAt - began }
}

async function firstAnswer(origin: string): Promise<number> {
  const connection = openConnection(origin)
  for (const deadline = performance.now() + WITHIN_MS; ; await delay(ASK_EVERY_MS))
    try {
      await askOk(connection, { method: 'GET', path: '/healthz' })
      connection.close()
      return performance.now()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
}
