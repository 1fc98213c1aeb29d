// The real program with its bytes in a bucket: what a start refuses, and what its commands do there.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freshBucket } from '../support/fresh-bucket.ts'
import { reserve } from '../support/reserve.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { type Environment, temporaryFolder } from '../support/start-process.ts'
import { startService } from '../support/start-service.ts'
import { putFile, stored } from '../support/uploads.ts'
import { cephHere } from '../support/use-bucket.ts'

vi.setConfig({ testTimeout: 60_000 })

let folder: string
let right: Environment
beforeAll(async () => {
  const ceph = cephHere()
  folder = await temporaryFolder()
  right = {
    PORT: '0',
    DATA_DIR: path.join(folder, 'data'),
    S3_BUCKET: await freshBucket(ceph),
    S3_ENDPOINT: ceph.endpoint,
    S3_ACCESS_KEY_ID: ceph.accessKeyId,
    S3_SECRET_ACCESS_KEY: ceph.secretAccessKey,
    S3_FORCE_PATH_STYLE: '1',
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test.each<[string, Environment, RegExp]>([
  ['a bucket that is not there', { S3_BUCKET: 'nobody-made-this-one' }, /NoSuchBucket.*create the bucket/],
  ['a key that nobody has', { S3_ACCESS_KEY_ID: 'NOBODY' }, /InvalidAccessKeyId.*set S3_ACCESS_KEY_ID/],
  [
    'a wrong secret',
    { S3_SECRET_ACCESS_KEY: 'not-the-secret' },
    /SignatureDoesNotMatch.*set S3_ACCESS_KEY_ID/,
  ],
  ['a store that does not answer', { S3_ENDPOINT: 'http://127.0.0.9:9' }, /ECONNREFUSED.*check S3_ENDPOINT/],
])('%s is one line that names the bucket and the cure', async (_, wrong, pattern) => {
  const { code, stdout, stderr } = await runHerbarium(['serve'], { ...right, ...wrong })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(linesOf(stderr)).toEqual([expect.stringMatching(pattern)])
  expect(stderr).toMatch(/^herbarium: S3_BUCKET /)
  expect(stderr).not.toContain('not-the-secret')
})

test('doctor, verify, backup and restore work on the bucket, and no byte is kept in the data folder', async () => {
  const herbarium = await startService()
  try {
    const bytes = wavOf(4_000_000, 1)
    const { asset_id: assetId } = await stored(herbarium, {}, bytes)
    await putFile(herbarium, await reserve(herbarium), wavOf(2_000, 5))
    const { checks } = await runJson(['doctor'], herbarium.environment)
    expect(checks).toContainEqual(expect.objectContaining({ name: 'bucket', status: 'ok' }))
    expect(await runJson(['verify'], herbarium.environment)).toMatchObject({ checked: 1, damaged: [] })
    const copy = path.join(folder, 'copy')
    expect(await runJson(['backup', copy], herbarium.environment)).toMatchObject({ assets: 1, received: 1 })
    const restored = { ...right, DATA_DIR: path.join(folder, 'restored') }
    expect(await runJson(['restore', copy], restored)).toMatchObject({ assets: 1, received: 1 })
    expect(await runJson(['verify'], restored)).toMatchObject({ checked: 1, damaged: [] })
    const key = (await herbarium.files()).find(name => name.startsWith('media/')) ?? ''
    await herbarium.removeBytes(key)
    expect(await runJson(['verify'], herbarium.environment, { code: 1 })).toMatchObject({
      damaged: [{ asset_id: assetId, key, problem: 'missing' }],
    })
  } finally {
    await herbarium.close()
  }
})
