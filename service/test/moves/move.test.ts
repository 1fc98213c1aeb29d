// `herbarium migrate-to`: what answers after a move is what answered before, and work goes on where it was.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { allAnswers } from '../support/all-answers.ts'
import { type MoveTarget, openMoveTarget, secretOf, writeEnv } from '../support/move-target.ts'
import { type ReachedTenant, tenantAt } from '../support/process-street.ts'
import { isReplay, sendForm } from '../support/replays.ts'
import { blobKeyOf } from '../support/rows.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningProcess, startProcess } from '../support/start-process.ts'
import { offsetOf } from '../support/tus.ts'
import { completed, putFile, retried, stored } from '../support/uploads.ts'
import { makeVaried, type Varied } from '../support/varied.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 })

let place: string
let target: MoveTarget
let varied: Varied
let server: RunningProcess
let running: RunningProcess[]
beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'herbarium-move-'))
  target = await openMoveTarget()
  server = await startProcess({ dataDir: dataDir() })
  running = [server]
  varied = await makeVaried(server)
})
afterEach(async () => {
  for (const one of running) await one.close()
  await target.close()
  await rm(place, { recursive: true, force: true })
})

const dataDir = () => path.join(place, 'data')
const source = () => ({ DATA_DIR: dataDir() })
const secret = () => secretOf(dataDir())

/** Starts the service as an operator does afterwards. */
async function serveOn(environment: Record<string, string>) {
  const service = await startProcess({ dataDir: environment.DATA_DIR ?? '', environment })
  running.push(service)
  return (tenant: ReachedTenant): ReachedTenant => tenantAt(service, tenant)
}

const both = async () => ({
  DATA_DIR: path.join(place, 'new'),
  DATABASE_URL: target.database.url,
  SECRET_KEY: await secret(),
  ...target.s3,
})

async function stop(service: RunningProcess): Promise<void> {
  service.child.kill('SIGTERM')
  await service.exited
}

/** One line that says what to do. */
async function expectNoStart(environment: Record<string, string>, words: RegExp): Promise<void> {
  const { code, stderr } = await runHerbarium(['serve'], { ...environment, PORT: '0' })
  expect({ code, lines: linesOf(stderr) }).toEqual({ code: 1, lines: [expect.stringMatching(words)] })
}

/** Workspaces whose counters are not what their rows say. */
const miscounted = () =>
  target.database.query(`select counters.* from counters where
    assets <> (select count(*) from assets a where a.workspace_id = counters.workspace_id)
    or bytes <> (select coalesce(sum(size_bytes), 0) from assets a where a.workspace_id = counters.workspace_id and status = 'ready')
    or open_attempts <> (select count(*) from attempts t join assets a on a.id = t.asset_id
      where a.workspace_id = counters.workspace_id and t.state in ('open', 'received'))
    or received_bytes <> (select coalesce(sum(coalesce(t.received_bytes, 0) + coalesce(t.partial_bytes, 0)), 0)
      from attempts t join assets a on a.id = t.asset_id
      where a.workspace_id = counters.workspace_id and t.state in ('open', 'received'))`)

test('everything moves to PostgreSQL and a bucket, most of the bytes while the server runs', async () => {
  const environment = await both()
  const file = await writeEnv(place, environment)
  const ahead = await runJson(['migrate-to', file, '--ahead'], source())
  expect(ahead).toMatchObject({ complete: false, copied: 9, kept: 0, rows: 0, damaged: [] })
  await expectNoStart(environment, /is being moved to the database that DATABASE_URL names/)
  const { tenant, other } = varied
  const gone = await stored(tenant, {}, wavOf(4_000, 50))
  await runJson(['migrate-to', file, '--ahead'], source())
  await tenant.call(`/assets/${gone.asset_id}`, { method: 'DELETE' })
  const [before, ofOther] = [await allAnswers(tenant), await allAnswers(other)]
  expect(before.size).toBeGreaterThan(40)
  await stop(server)
  const report = await runJson(['migrate-to', file], source())
  expect(report).toMatchObject({ complete: true, assets: 9, received: 1, copied: 1, kept: 9, removed: 1 })
  expect(await miscounted()).toEqual([])
  expect(await runJson(['verify'], environment)).toMatchObject({ checked: 9, damaged: [] })
  expect(await runJson(['repair'], environment)).toMatchObject({ removable: [], protected: [], foreign: [] })

  const [fern] = varied.ready
  expect(await target.headersOf(blobKeyOf(dataDir(), fern?.asset_id ?? ''))).toMatchObject({
    ContentType: 'audio/wav',
    ContentDisposition: expect.stringMatching(/^inline; filename=.*Fern/),
    CacheControl: expect.stringContaining('immutable'),
  })
  const at = await serveOn(environment)
  const [moved, movedOther] = [at(tenant), at(other)]
  expect(await allAnswers(moved)).toEqual(before)
  expect(await allAnswers(movedOther)).toEqual(ofOther)
  await expectWorkGoesOn(moved)
  expect(await miscounted()).toEqual([])
  expect(await runJson(['verify'], environment)).toMatchObject({ damaged: [] })

  expect(await runJson(['migrate-to', file], source())).toMatchObject({
    complete: true,
    was_complete: true,
    rows: 0,
  })
  await expectNoStart(source(), /has moved.* to PostgreSQL .+ and bucket .+moved\.json/)
})

/** On tickets, keys and keys of requests that were given out before the move. */
async function expectWorkGoesOn(moved: ReachedTenant): Promise<void> {
  const { received, promised, partial, failedId, ready, repeat, revokedKey } = varied
  expect(
    (await fetch(`${moved.origin}/api/v1/workspaces`, { headers: { authorization: `Bearer ${revokedKey}` } }))
      .status,
  ).toBe(401)
  expect(await completed(moved, received.asset_id)).toMatchObject({ status: 'ready' })
  const here = (url: string) => new URL(new URL(url).pathname, moved.origin).href
  const sent = await putFile(moved, { upload_url: here(promised.upload_url) }, wavOf(3_000, 40))
  expect(sent.status).toBeLessThan(300)
  expect(await completed(moved, promised.asset_id)).toMatchObject({ status: 'ready' })
  expect(await offsetOf(moved, here(partial.upload_url))).toBe(0) // its bytes stayed behind: it begins again
  await putFile(moved, await retried(moved, partial.asset_id), varied.partialBytes)
  expect(await completed(moved, partial.asset_id)).toMatchObject({ status: 'ready' })
  await putFile(moved, await retried(moved, failedId), wavOf(3_000, 41))
  expect(await completed(moved, failedId)).toMatchObject({ status: 'ready' })
  const again = await sendForm(moved, repeat.bytes, { key: repeat.key })
  expect(isReplay(again)).toBe(true)
  expect((await again.text()).replaceAll(moved.origin, '')).toBe(
    repeat.answer.replaceAll(varied.tenant.origin, ''),
  )
  const [first] = ready
  expect((await moved.call(`/assets/${first?.asset_id}`, { method: 'DELETE' })).status).toBe(204)
  const newest = await stored(moved, {}, wavOf(3_000, 42))
  const listed = await moved.client.assets.list({ workspace_id: moved.workspaceId, limit: 1 })
  expect(listed.assets[0]?.asset_id).toBe(newest.asset_id)
}

test('only the rows move where TARGET.env names no bucket, and the folder keeps the bytes', async () => {
  const environment = { ...source(), DATABASE_URL: target.database.url, SECRET_KEY: await secret() }
  const file = await writeEnv(place, environment)
  const before = await allAnswers(varied.tenant)
  await stop(server)
  expect(await runJson(['migrate-to', file], source())).toMatchObject({
    complete: true,
    copied: 0,
    received: 0,
  })
  expect(await miscounted()).toEqual([])
  await expectNoStart(source(), /has moved/)
  const moved = (await serveOn(environment))(varied.tenant)
  expect(await allAnswers(moved)).toEqual(before)
  const partialUrl = new URL(new URL(varied.partial.upload_url).pathname, moved.origin).href
  expect(await offsetOf(moved, partialUrl)).toBe(300_000)
})

test('only the bytes move where TARGET.env names no database, and no server starts on half of them', async () => {
  const environment = { ...source(), ...target.s3 }
  const file = await writeEnv(place, environment)
  expect(await runJson(['migrate-to', file, '--ahead'], source())).toMatchObject({
    complete: false,
    copied: 9,
  })
  const before = await allAnswers(varied.tenant)
  await stop(server)
  await expectNoStart(environment, /is being moved to the bucket that S3_BUCKET names/)
  expect(await runJson(['migrate-to', file], source())).toMatchObject({
    complete: true,
    rows: 0,
    copied: 1,
    kept: 9,
  })
  await expectNoStart(source(), /has moved/)
  expect(await allAnswers((await serveOn(environment))(varied.tenant))).toEqual(before)
  for (const one of running) await stop(one)
  expect(await runJson(['migrate-to', file], source())).toMatchObject({ complete: true, was_complete: true })
})

test('without --json it says in lines how far it is and what to do next', async () => {
  const file = await writeEnv(place, await both())
  const ahead = await runHerbarium(['migrate-to', file, '--ahead'], source())
  expect(linesOf(ahead.stderr).at(-1)).toBe('moving bytes: 100 %')
  expect(ahead).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('stop the server, and run this again without --ahead'),
  })
  await stop(server)
  const { code, stdout, stderr } = await runHerbarium(['migrate-to', file], source())
  expect(code).toBe(0)
  expect(linesOf(stderr).at(-1)).toBe('moving rows: 100 %')
  expect(stdout).toContain(`The target is complete; start the service with ${file}.`)
  expect((await readdir(dataDir())).sort()).toEqual([
    'blobs',
    'first-key.txt',
    'herbarium.db',
    'moved.json',
    'secret.key',
    'start.lock',
  ])
})
