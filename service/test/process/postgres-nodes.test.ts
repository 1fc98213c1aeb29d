// Processes over one PostgreSQL database: those that are alive at a time have their bytes in one folder.
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest'
import { type NewDatabase, newDatabase } from '../support/new-database.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import {
  type RunningProcess,
  spawnServer,
  startProcess,
  startWorker,
  temporaryFolder,
} from '../support/start-process.ts'

vi.setConfig({ testTimeout: 90_000 })

let database: NewDatabase
let environment: Record<string, string>
let here: string
let there: string
beforeEach(async () => {
  database = await newDatabase(inject('postgresUrl'))
  environment = { DATABASE_URL: database.url, SECRET_KEY: 'a secret that all nodes have alike' }
  ;[here, there] = [await temporaryFolder(), await temporaryFolder()]
})
afterEach(async () => {
  await database.drop()
  for (const folder of [here, there]) await rm(folder, { recursive: true, force: true })
})

async function serving(dataDir: string): Promise<RunningProcess> {
  const server = await startProcess({ dataDir, environment })
  onTestFinished(() => server.close())
  return server
}

const attempt = (command: string, dataDir: string) =>
  runHerbarium([command], { ...environment, PORT: '0', DATA_DIR: dataDir })

test('a second live node with another folder is refused in one line, and starts once the first is gone', async () => {
  const first = await serving(here)
  for (const command of ['serve', 'work']) {
    const { code, stdout, stderr } = await attempt(command, there)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(linesOf(stderr)).toEqual([
      expect.stringMatching(
        /^herbarium: .*DATABASE_URL.*live node.*store\.id says \w{32}; here.*store\.id says \w{32}.*45 s/,
      ),
    ])
  }
  const { checks } = await runJson(['doctor'], { ...environment, DATA_DIR: there }, { code: 1 })
  expect(checks).toContainEqual(expect.objectContaining({ name: 'servers', status: 'fail' }))
  await serving(here) // beside the first, on the folder that both see
  const worker = await startWorker(here, environment)
  const alive = () => database.query('select distinct store from servers')
  expect(await alive()).toHaveLength(1)
  expect(await database.query('select id from servers')).toHaveLength(3)
  worker.child.kill('SIGKILL')
  await worker.exited
  first.child.kill('SIGTERM')
  await first.exited
  await database.query('update servers set alive_until = 1') // 45 seconds go by for those that were killed
  await serving(there)
  expect(await alive()).toHaveLength(1)
})

test('of two that start at once with different folders exactly one serves', async () => {
  const servers = [spawnServer(here, environment), spawnServer(there, environment)]
  const outcomes = await Promise.all(
    servers.map(server =>
      server.saysOnStdout(/API base/).then(
        () => 'serves',
        () => 'refused',
      ),
    ),
  )
  for (const server of servers) server.child.kill('SIGKILL')
  await Promise.all(servers.map(({ exited }) => exited))
  expect(outcomes.sort()).toEqual(['refused', 'serves'])
})

test('a node that was silent while another folder took over stops by itself and says why', async () => {
  const silent = await serving(here)
  silent.child.kill('SIGSTOP')
  await database.query('update servers set alive_until = 1') // 45 seconds go by
  await serving(there)
  silent.child.kill('SIGCONT')
  expect(await silent.exited).toEqual({ code: 1, signal: null })
  expect(linesOf(silent.stderr())).toEqual([expect.stringMatching(/^herbarium: .*live node.*store\.id/)])
  expect(silent.stdout()).toMatch(/"level":60.*this node must stop/)
})
