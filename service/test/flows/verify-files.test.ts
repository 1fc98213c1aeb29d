// `herbarium verify` on files that were spoilt: damage of every kind is told, and nothing else is called damage.
import { truncate, unlink, writeFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { flipByte } from '../support/flip-byte.ts'
import { blobFile } from '../support/rows.ts'
import { runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { startService } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

test('flipped, cut, grown, lost and unreadable bytes are each told by asset and key, with exit code 1', {
  timeout: 60_000,
}, async () => {
  const herbarium = await startService()
  onTestFinished(() => herbarium.close())
  /** A ready asset of its own bytes, and the file that keeps them. */
  const ready = async (bytes: number, nonce: number) => {
    const { asset_id: assetId } = await stored(herbarium, {}, wavOf(bytes, nonce))
    const row = (await herbarium.rows.all('assets')).find(({ id }) => id === assetId)
    const key = String(row?.blob_key)
    return { assetId, key, file: blobFile(herbarium.dataDir, key) }
  }
  const whole = await ready(2_000, 0)
  const flipped = await ready(3_000_000, 1)
  await flipByte(flipped.file, 2_500_000)
  const cut = await ready(2_000, 2)
  await truncate(cut.file, 1_999)
  const grown = await ready(2_000, 3)
  await writeFile(grown.file, 'x', { flag: 'a' })
  const lost = await ready(2_000, 4)
  await unlink(lost.file)
  const report = await runJson(['verify'], herbarium.environment, { code: 1 })
  expect(report.checked).toBe(5)
  expect(report.damaged).toHaveLength(4)
  for (const [{ assetId, key }, problem] of [
    [flipped, 'wrong_hash'],
    [cut, 'wrong_length'],
    [grown, 'wrong_length'],
    [lost, 'missing'],
  ] as const)
    expect(report.damaged).toContainEqual({ asset_id: assetId, key, problem })
  const { code, stdout } = await runHerbarium(['verify'], herbarium.environment)
  expect(code).toBe(1)
  expect(stdout).toContain(`${lost.assetId}  ${lost.key}  missing`)
  expect(stdout).not.toContain(whole.assetId)
})
