// `herbarium doctor` beside a running service: what is wrong is told with what to do, and nothing is changed.
import { cp, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { runSql } from '../support/rows.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 60_000 })

let herbarium: RunningService
beforeEach(async () => {
  herbarium = await startService()
})
afterEach(() => herbarium.close())

interface Check {
  name: string
  status: string
  detail: string
}

/** The room on this machine's disk, and a bucket that no page was meant to use. */
const ASIDE = ['disk_space', 'cors']

/** What else is not in order. */
async function complaintsOf(dataDir: string, environment: Record<string, string> = {}) {
  const { code, stdout } = await runHerbarium(['doctor', '--json'], {
    ...herbarium.environment,
    DATA_DIR: dataDir,
    ...environment,
  })
  const { checks } = JSON.parse(stdout) as { checks: Check[] }
  const complaints = checks.filter(({ name, status }) => status !== 'ok' && !ASIDE.includes(name))
  expect(code).toBe(checks.some(({ status }) => status === 'fail') ? 1 : 0)
  return complaints
}

test('a healthy installation has nothing to complain of, and each check is a line', async () => {
  await stored(herbarium)
  const before = await herbarium.files()
  expect(await complaintsOf(herbarium.dataDir)).toEqual([])
  const { stdout } = await runHerbarium(['doctor'], herbarium.environment)
  for (const line of linesOf(stdout)) expect(line).toMatch(/^(ok|warn|fail) +[a-z_]+ +\S/)
  expect(linesOf(stdout).length).toBeGreaterThan(10)
  expect(await herbarium.files()).toEqual(before)
})

test('rows from the future, jobs that never end, a newer schema and bad variables are told', async () => {
  await stored(herbarium)
  const { dataDir } = herbarium
  runSql(dataDir, 'update events set at = ?', Date.now() + 600_000)
  runSql(
    dataDir,
    `insert into jobs (id, kind, subject, run_at, tries) values ('j', 'fetch', 'asset_x', ?, 9)`,
    Date.now() + 600_000,
  )
  runSql(dataDir, `insert into kysely_migration (name, timestamp) values ('999-later', '')`)
  expect(await complaintsOf(dataDir, { PORT: 'x' })).toMatchObject([
    { name: 'configuration', status: 'fail', detail: expect.stringContaining('PORT') },
    { name: 'schema', status: 'fail', detail: expect.stringContaining('999-later') },
    { name: 'clock', status: 'warn', detail: expect.stringMatching(/(59\d|600) s/) },
    { name: 'jobs', status: 'warn', detail: expect.stringContaining('asset_x') },
  ])
})

test('a folder of an earlier version is looked at and left at its schema', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'herbarium-doctor-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  await cp(path.join(import.meta.dirname, '../fixtures/data-a'), dataDir, { recursive: true })
  const steps = () => runSql(dataDir, 'select name from kysely_migration order by name')
  const before = steps()
  const complaints = await complaintsOf(dataDir)
  expect(complaints).toContainEqual(expect.objectContaining({ name: 'schema', status: 'warn' }))
  expect(complaints.map(({ name }) => name)).not.toContain('database')
  expect(steps()).toEqual(before)
})

test('a spoilt database is a failure, and so is a name that no search would find', async () => {
  await stored(herbarium, { file_name: 'fern.png' })
  const { dataDir } = herbarium
  runSql(dataDir, `insert into asset_names (rowid, name) values (1000000, 'not there')`)
  expect(await complaintsOf(dataDir)).toMatchObject([
    { name: 'database', status: 'fail', detail: expect.stringContaining('index of names lacks 1') },
  ])
  const spoilt = await mkdtemp(path.join(tmpdir(), 'herbarium-doctor-'))
  onTestFinished(() => rm(spoilt, { recursive: true }))
  const handle = await open(path.join(spoilt, 'herbarium.db'), 'w')
  await handle.write('this was a database once, long ago')
  await handle.close()
  const found = await complaintsOf(spoilt)
  expect(found).toContainEqual(expect.objectContaining({ name: 'database', status: 'fail' }))
})

test('where there is nothing, nothing is made', async () => {
  const dataDir = path.join(herbarium.dataDir, 'nowhere')
  expect(await complaintsOf(dataDir)).toMatchObject([{ name: 'folders', status: 'fail' }])
  expect(await complaintsOf(dataDir)).toMatchObject([{ name: 'folders', status: 'fail' }])
})
