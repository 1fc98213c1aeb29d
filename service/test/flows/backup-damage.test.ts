// `herbarium backup` of an installation whose files were spoilt.
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { blobFile, blobKeyOf } from '../support/rows.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { startService } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

test('a damaged installation leaves the last backup as it is, and what that one has is not lost', {
  timeout: 90_000,
}, async () => {
  const herbarium = await startService()
  const place = await mkdtemp(path.join(tmpdir(), 'herbarium-backup-'))
  onTestFinished(async () => {
    await herbarium.close()
    await rm(place, { recursive: true, force: true })
  })
  const copy = path.join(place, 'copy')
  const restored = { DATA_DIR: path.join(place, 'restored') }
  const backUp = (code = 0) => runJson(['backup', copy], herbarium.environment, { code })
  const saved = await stored(herbarium, {}, wavOf(2_000, 1))
  await backUp()
  const note = await readFile(path.join(copy, 'backup.json'))
  await truncate(blobFile(herbarium.dataDir, blobKeyOf(herbarium.dataDir, saved.asset_id)), 10)
  expect(await backUp()).toMatchObject({ complete: true, kept: 1 })
  const spoilt = await stored(herbarium, {}, wavOf(2_000, 2))
  const key = blobKeyOf(herbarium.dataDir, spoilt.asset_id)
  await writeFile(blobFile(herbarium.dataDir, key), wavOf(2_000, 3))
  const before = await readFile(path.join(copy, 'backup.json'))
  expect(before.equals(note)).toBe(false)
  const report = await backUp(1)
  expect(report).toMatchObject({
    complete: false,
    damaged: [{ asset_id: spoilt.asset_id, key, problem: 'wrong_hash' }],
  })
  expect(await readFile(path.join(copy, 'backup.json'))).toEqual(before)
  await runJson(['restore', copy], restored)
  expect(await runJson(['verify'], restored)).toMatchObject({ checked: 1, damaged: [] })
})
