// Killed at any moment, a move is run again and ends as if it had never been killed; until then nothing starts on it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type MoveTarget, openMoveTarget, secretOf, writeEnv } from '../support/move-target.ts'
import { tenantAt } from '../support/process-street.ts'
import { firstTenant } from '../support/process-tenant.ts'
import { runSql } from '../support/rows.ts'
import { runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { cleanEnvironment, LAUNCHER, startProcess, watch } from '../support/start-process.ts'
import { stored } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 })

const ASSETS = 40
const EVENTS = 60_000
const ROWS = ['workspaces', 'keys', 'projects', 'assets', 'attempts', 'events', 'requests', 'counters']
let place: string
let target: MoveTarget
const dataDir = () => path.join(place, 'data')

beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'herbarium-killed-'))
  target = await openMoveTarget()
  const server = await startProcess({ dataDir: dataDir() })
  const tenant = tenantAt(server, await firstTenant(server))
  for (let n = 0; n < ASSETS; n++) await stored(tenant, {}, wavOf(200_000, n))
  await server.close()
  runSql(
    dataDir(),
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${EVENTS})
    insert into events (id, workspace_id, type, data, at) select 'evt_' || i, 'ws', 'asset.made', '{}', i from n`,
  )
})
afterAll(async () => {
  await target.close()
  await rm(place, { recursive: true, force: true })
})

/** How far the move has come, seen from outside. */
async function seen() {
  const [made] = await target.database.query(`select to_regclass('moved_from') as made`)
  if (made?.made == null) return 'nothing'
  const [note] = await target.database.query('select whole from moved_from')
  return note?.whole ? 'whole' : 'begun'
}

async function mediaThere(): Promise<number> {
  let count = 0
  for await (const page of target.bucket.stored('media')) count += page.length
  return count
}

test('a move that is killed again and again ends whole', async () => {
  const environment = {
    DATA_DIR: path.join(place, 'new'),
    DATABASE_URL: target.database.url,
    SECRET_KEY: await secretOf(dataDir()),
    ...target.s3,
  }
  const file = await writeEnv(place, environment)
  const killedAfter = async (isTime: () => Promise<boolean>): Promise<void> => {
    const env = cleanEnvironment({ DATA_DIR: dataDir() })
    const run = watch(process.execPath, [LAUNCHER, 'migrate-to', file, '--json'], { env })
    let hasEnded = false
    run.exited.finally(() => {
      hasEnded = true
    })
    while (!hasEnded && !(await isTime())) await delay(2)
    run.child.kill('SIGKILL')
    expect((await run.exited).signal).toBe('SIGKILL')
  }
  const afterMs = (ms: number) => {
    const at = performance.now() + ms
    return async () => performance.now() > at
  }
  const isTakingRows = async () => {
    const [busy] = await target.database.query(
      `select count(*)::int as n from pg_stat_activity where query like 'insert into events%' and datname = current_database()`,
    )
    return Number(busy?.n) > 0
  }
  for (const isTime of [
    afterMs(150 + Math.random() * 800),
    async () => (await seen()) === 'begun',
    async () => (await mediaThere()) >= 5,
    async () => (await mediaThere()) >= 15 + Math.floor(Math.random() * 15),
    isTakingRows,
    isTakingRows,
  ]) {
    await killedAfter(isTime)
    if ((await seen()) === 'nothing') continue
    expect(await seen()).toBe('begun')
    expect(await target.database.query('select 1 from workspaces')).toEqual([])
    const { code, stderr } = await runHerbarium(['serve'], { ...environment, PORT: '0' })
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/migrate-to.+again\.\n$/) })
  }
  expect(await runJson(['migrate-to', file], { DATA_DIR: dataDir() })).toMatchObject({
    complete: true,
    kept: ASSETS,
    copied: 0,
  })
  for (const table of ROWS) {
    const count = `select count(*) as n from ${table}`
    expect({ table, n: Number((await target.database.query(count))[0]?.n) }).toEqual({
      table,
      n: runSql(dataDir(), count)[0]?.n,
    })
  }
  expect(await runJson(['verify'], environment)).toMatchObject({ checked: ASSETS, damaged: [] })
  expect(await runJson(['repair'], environment)).toMatchObject({ removable: [], protected: [], foreign: [] })
})

test('killed between its last two steps, it is finished by the next run without copying anything', async () => {
  const environment = {
    DATABASE_URL: target.database.url,
    SECRET_KEY: await secretOf(dataDir()),
    ...target.s3,
  }
  const file = await writeEnv(place, environment)
  await target.bucket.moveMark.put(String(runSql(dataDir(), 'select id from workspaces')[0]?.id))
  const { code, stderr } = await runHerbarium(['serve'], { DATA_DIR: place, ...environment, PORT: '0' })
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/bucket that S3_BUCKET names/) })
  const report = await runJson(['migrate-to', file], { DATA_DIR: dataDir() })
  expect(report).toMatchObject({ complete: true, was_complete: true, copied: 0 })
  expect(await target.bucket.moveMark.find()).toBeUndefined()
})

test('where the source may have been used since its rows were taken, nothing is called complete', async () => {
  const environment = {
    DATABASE_URL: target.database.url,
    SECRET_KEY: await secretOf(dataDir()),
    ...target.s3,
  }
  await rm(path.join(dataDir(), 'moved.json'))
  const { code, stderr } = await runHerbarium(['migrate-to', await writeEnv(place, environment)], {
    DATA_DIR: dataDir(),
  })
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/may have been used since/) })
})
