// Metrics of real processes: doors and workers each on a port of their own, and ports that cannot be had.
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { runSql } from '../support/rows.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { scrape } from '../support/scrape.ts'
import { startProcess, startWorker, temporaryFolder } from '../support/start-process.ts'

vi.setConfig({ testTimeout: 60_000 }) // processes take their time on a busy machine

const patient = { timeout: 20_000, interval: 100 }

test('doors tell of jobs that wait for a worker, and the worker tells of what it does with them', async () => {
  const doors = await startProcess({ environment: { METRICS_PORT: '0' }, options: ['--no-jobs'] })
  onTestFinished(doors.close)
  const [, url] = await doors.saysOnStdout(/Metrics +(http:\S+)\n/)
  runSql(
    doors.dataDir,
    `insert into jobs (id, kind, subject, payload, run_at, tries) values ('job_1', 'discard', 'asset_1', '{}', ?, 0)`,
    Date.now() - 90_000,
  )
  await vi.waitFor(async () => {
    const waiting = await scrape(url)
    expect(waiting.value('herbarium_jobs_due')).toBe(1)
    expect(waiting.value('herbarium_jobs_oldest_due_seconds')).toBeGreaterThanOrEqual(90)
  }, patient)
  const port = await freePort()
  const worker = await startWorker(doors.dataDir, { METRICS_PORT: String(port) })
  onTestFinished(async () => {
    worker.child.kill('SIGKILL')
    await worker.exited
  })
  await vi.waitFor(async () => {
    const done = await scrape(`http://127.0.0.1:${port}/metrics`)
    const run = { port: 'jobs', operation: 'run_discard' }
    expect(done.value('herbarium_port_call_duration_seconds_count', run)).toBe(1)
    expect((await scrape(url)).value('herbarium_jobs_due')).toBe(0)
  }, patient)
})

test.each([['serve'], ['work']])('%s says in one line that the port for metrics is taken', async command => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const dataDir = await temporaryFolder()
  const { code, stderr } = await runHerbarium([command], { DATA_DIR: dataDir, PORT: '0', METRICS_PORT: port })
  taken.close()
  await rm(dataDir, { recursive: true })
  expect(code).toBe(1)
  expect(linesOf(stderr)).toEqual([
    expect.stringMatching(new RegExp(`^herbarium: Port ${port} on 127.0.0.1 is in use: .*set METRICS_PORT`)),
  ])
})
