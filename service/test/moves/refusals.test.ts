// What `herbarium migrate-to` refuses, in a line that says why, and what it does about damage.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type MoveTarget, newSecret, openMoveTarget, secretOf, writeEnv } from '../support/move-target.ts'
import { tenantAt } from '../support/process-street.ts'
import { firstTenant } from '../support/process-tenant.ts'
import { blobFile, blobKeyOf } from '../support/rows.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningProcess, startProcess } from '../support/start-process.ts'
import { stored } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let place: string
let target: MoveTarget
let environment: Record<string, string>
const assets: string[] = []
const dataDir = () => path.join(place, 'data')
const source = () => ({ DATA_DIR: dataDir() })

async function withServer<T>(use: (server: RunningProcess) => Promise<T>): Promise<T> {
  const server = await startProcess({ dataDir: dataDir() })
  return use(server).finally(server.close)
}

beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'herbarium-refused-'))
  target = await openMoveTarget()
  await withServer(async server => {
    const tenant = tenantAt(server, await firstTenant(server))
    for (let n = 0; n < 3; n++) assets.push((await stored(tenant, {}, wavOf(3_000, n))).asset_id)
  })
})
afterAll(async () => {
  await target.close()
  await rm(place, { recursive: true, force: true })
})
beforeEach(async () => {
  environment = {
    DATA_DIR: path.join(place, 'new'),
    DATABASE_URL: target.database.url,
    SECRET_KEY: await secretOf(dataDir()),
    ...target.s3,
  }
})

async function refusalOf(variables: Record<string, string>, ...options: string[]): Promise<string[]> {
  const file = await writeEnv(place, variables)
  const { code, stdout, stderr } = await runHerbarium(['migrate-to', file, ...options], source())
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  return linesOf(stderr).map(line => line.replaceAll(file, 'TARGET.env'))
}

test('every variable of the file that cannot be used is told with the name of the file', async () => {
  const lines = await refusalOf({ DATABASE_URL: 'mysql://db', S3_BUCKET: 'X', SECRET_KEY: 'short' })
  expect(lines).toHaveLength(3)
  for (const [n, name] of ['DATABASE_URL', 'S3_BUCKET', 'SECRET_KEY'].entries())
    expect(lines.toSorted()[n]).toMatch(new RegExp(`^herbarium: TARGET.env: ${name} `))
})

test('a file that is not there is named', async () => {
  const { code, stderr } = await runHerbarium(['migrate-to', path.join(place, 'none.env')], source())
  expect(code).toBe(1)
  expect(linesOf(stderr)).toEqual([expect.stringMatching(/none\.env cannot be read \(ENOENT\)/)])
})

test('the place where the installation is already is no target', async () => {
  expect(await refusalOf(source())).toEqual([expect.stringMatching(/TARGET.env: it names the place where/)])
})

test('a folder is not moved to another folder', async () => {
  const { DATA_DIR = '', DATABASE_URL = '', SECRET_KEY = '' } = environment
  for (const variables of [{ DATA_DIR }, { DATA_DIR, DATABASE_URL, SECRET_KEY }, { DATA_DIR, ...target.s3 }])
    expect(await refusalOf(variables)).toEqual([
      expect.stringMatching(/stays in DATA_DIR .+: set DATA_DIR to it/),
    ])
})

test('another secret is refused before anything is touched, unless it is wanted', async () => {
  const other = { ...environment, SECRET_KEY: newSecret() }
  expect(await refusalOf(other)).toEqual([expect.stringMatching(/secret\.key holds, or say --new-secret/)])
  expect(await target.database.query(`select to_regclass('workspaces') as made`)).toEqual([{ made: null }])
})

test('a server or a command at work on the source is in the way, and the source says so', async () => {
  await withServer(async () => {
    expect(await refusalOf(environment)).toEqual([
      expect.stringMatching(/is at work on DATA_DIR .+: stop it first, or .+ --ahead/),
    ])
  })
})

test('a bucket that cannot be used is told with the name of the file', async () => {
  const lines = await refusalOf({ ...environment, S3_BUCKET: 'no-such-bucket' })
  expect(lines).toEqual([
    expect.stringMatching(/TARGET.env: S3_BUCKET no-such-bucket at .+ create the bucket/),
  ])
})

test('a database or a bucket that has anything is refused, and left as it was', async () => {
  const used = await openMoveTarget()
  const server = await startProcess({
    dataDir: path.join(place, 'other'),
    environment: { DATABASE_URL: used.database.url, SECRET_KEY: newSecret() },
  })
  const key = `media/ab/${'ab'.repeat(16)}`
  const writer = await used.bucket.create(key)
  await writer.write(Buffer.from('ours'))
  await writer.commit()
  const lines = await refusalOf({ ...environment, DATABASE_URL: used.database.url })
  expect(lines).toEqual([
    expect.stringMatching(/TARGET.env: .*has an installation already: name an empty one/),
  ])
  expect(await refusalOf({ ...environment, ...used.s3 })).toEqual([
    expect.stringMatching(/target bucket has media already/),
  ])
  expect(await used.database.query('select 1 from workspaces')).toHaveLength(1)
  expect(await used.bucket.findStored(key)).toMatchObject({ bytes: 4 })
  await server.close()
  await used.close()
})

test('a target that another installation is moving to is refused', async () => {
  const elsewhere = path.join(place, 'elsewhere')
  await (await startProcess({ dataDir: elsewhere })).close()
  await runJson(['migrate-to', await writeEnv(place, environment), '--ahead'], source())
  const file = await writeEnv(place, environment)
  const run = await runHerbarium(['migrate-to', file, '--ahead', '--new-secret'], { DATA_DIR: elsewhere })
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('has an installation already') })
})

test('damage is listed and keeps the move from being complete, until it is mended', async () => {
  const fresh = await openMoveTarget()
  const [first = '', second = ''] = assets
  const [wrong, gone] = [first, second].map(id => blobKeyOf(dataDir(), id))
  await writeFile(blobFile(dataDir(), wrong ?? ''), wavOf(3_000, 99))
  await rm(blobFile(dataDir(), gone ?? ''))
  const file = await writeEnv(place, { ...environment, DATABASE_URL: fresh.database.url, ...fresh.s3 })
  const report = await runJson(['migrate-to', file], source(), { code: 1 })
  expect(report).toMatchObject({ complete: false, copied: 1, rows: 0 })
  expect(report.damaged).toHaveLength(2)
  expect(report.damaged).toContainEqual({ asset_id: first, key: wrong, problem: 'wrong_hash' })
  expect(report.damaged).toContainEqual({ asset_id: second, key: gone, problem: 'missing' })
  expect(await fresh.database.query('select 1 from workspaces')).toEqual([])
  expect(await fresh.bucket.findStored(wrong ?? '')).toBeUndefined()
  await (await startProcess({ dataDir: dataDir() })).close() // it is an installation as before
  await writeFile(blobFile(dataDir(), wrong ?? ''), wavOf(3_000, 0))
  await writeFile(blobFile(dataDir(), gone ?? ''), wavOf(3_000, 1))
  expect(await runJson(['migrate-to', file], source())).toMatchObject({ complete: true, copied: 2, kept: 1 })
  await fresh.close()
})
