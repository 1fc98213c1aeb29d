// `herbarium doctor` on an installation whose bytes are in a real bucket.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { runHerbarium } from '../support/run-herbarium.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 60_000 })

let herbarium: RunningService
beforeAll(async () => {
  herbarium = await startService()
  await stored(herbarium)
})
afterAll(() => herbarium.close())

async function checksOf(environment: Record<string, string> = {}) {
  const run = await runHerbarium(['doctor', '--json'], { ...herbarium.environment, ...environment })
  const { checks } = JSON.parse(run.stdout)
  return { code: run.code, checks: checks as { name: string; status: string; detail: string }[] } // its own JSON
}

test('everything is looked at in its order, and the bucket is left as it was', async () => {
  const before = await herbarium.files()
  const { code, checks } = await checksOf()
  expect(code).toBe(0)
  expect(checks.filter(({ status }) => status !== 'ok')).toMatchObject([{ name: 'cors', status: 'warn' }])
  expect(checks.map(({ name }) => name)).toEqual([
    ...['configuration', 'folders', 'disk_space', 'secret_key'],
    ...['bucket', 'bucket_list', 'bucket_put', 'bucket_get', 'bucket_copy', 'bucket_multipart'],
    ...['bucket_delete', 'bucket_clock', 'bucket_versions', 'form', 'form_policy', 'cors'],
    ...['database', 'schema', 'clock', 'servers', 'missing_files', 'orphaned_files', 'jobs'],
  ])
  expect(await herbarium.files()).toEqual(before)
})

test('a store that cannot be reached is told as that, and is no reason to restore a backup', async () => {
  const { code, checks } = await checksOf({ S3_ENDPOINT: `http://127.0.0.1:${await freePort()}` })
  expect(code).toBe(1)
  expect(checks.filter(({ status }) => status !== 'ok')).toMatchObject([
    { name: 'bucket', status: 'fail', detail: expect.stringMatching(/ECONNREFUSED.*S3_ENDPOINT/) },
    { name: 'servers', status: 'fail', detail: expect.stringContaining('S3_BUCKET') },
    { name: 'missing_files', status: 'warn', detail: expect.not.stringContaining('backup') },
    { name: 'orphaned_files', status: 'warn' },
  ])
})

test('with a variable of the store that cannot be used, no store is asked', async () => {
  const { checks } = await checksOf({ S3_ENDPOINT: 'ftp://store.example.com' })
  expect(checks.filter(({ status }) => status !== 'ok')).toMatchObject([
    { name: 'configuration', status: 'fail', detail: expect.stringContaining('S3_ENDPOINT') },
    { name: 'servers', status: 'fail' },
    { name: 'missing_files', status: 'warn' },
    { name: 'orphaned_files', status: 'warn' },
  ])
})
