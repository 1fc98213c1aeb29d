// `herbarium verify` beside a running service: damage of every kind is found, and nothing else is called damage.
import { readFile, truncate, unlink, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { flipByte } from '../support/flip-byte.ts'
import { blobFile } from '../support/rows.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { onDiskOnly } from '../support/test-bytes.ts'
import { stored, uploaded } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 60_000 })

let herbarium: RunningService
const environment = () => herbarium.environment
beforeEach(async () => {
  herbarium = await startService()
})
afterEach(() => herbarium.close())

/** A ready asset of its own bytes, and the file that keeps them. */
async function ready(bytes: number, nonce: number) {
  const content = wavOf(bytes, nonce)
  const { asset_id: assetId } = await stored(herbarium, {}, content)
  const row = (await herbarium.rows.all('assets')).find(({ id }) => id === assetId)
  const key = String(row?.blob_key)
  return { assetId, key, bytes: content.length, file: blobFile(herbarium.dataDir, key) }
}

test('an installation without damage is clean, and says how much was read', async () => {
  const small = await ready(1_000, 1)
  const large = await ready(3_000_000, 2)
  await uploaded(herbarium)
  expect(await runJson(['verify'], environment())).toEqual({
    checked: 2,
    bytes: small.bytes + large.bytes,
    damaged: [],
  })
  const { code, stdout } = await runHerbarium(['verify'], environment())
  expect(code).toBe(0)
  expect(linesOf(stdout)).toEqual([expect.stringMatching(/^All 2 ready assets/)])
})

onDiskOnly(
  'flipped, cut, grown, lost and unreadable bytes are each told by asset and key, with exit code 1',
  async () => {
    const whole = await ready(2_000, 0)
    const flipped = await ready(3_000_000, 1)
    await flipByte(flipped.file, 2_500_000)
    const cut = await ready(2_000, 2)
    await truncate(cut.file, 1_999)
    const grown = await ready(2_000, 3)
    await writeFile(grown.file, 'x', { flag: 'a' })
    const lost = await ready(2_000, 4)
    await unlink(lost.file)
    const report = await runJson(['verify'], environment(), { code: 1 })
    expect(report.checked).toBe(5)
    expect(report.damaged).toHaveLength(4)
    for (const [{ assetId, key }, problem] of [
      [flipped, 'wrong_hash'],
      [cut, 'wrong_length'],
      [grown, 'wrong_length'],
      [lost, 'missing'],
    ] as const)
      expect(report.damaged).toContainEqual({ asset_id: assetId, key, problem })
    const { code, stdout } = await runHerbarium(['verify'], environment())
    expect(code).toBe(1)
    expect(stdout).toContain(`${lost.assetId}  ${lost.key}  missing`)
    expect(stdout).not.toContain(whole.assetId)
  },
)

test('one workspace can be read alone', async () => {
  const mine = await ready(2_000, 0)
  await herbarium.removeBytes(mine.key)
  const other = await herbarium.newTenant()
  await stored(other, {}, wavOf(2_000, 7))
  const clean = await runJson(['verify', '--workspace', other.workspaceId], environment())
  expect(clean).toMatchObject({ checked: 1, damaged: [] })
  const hurt = await runJson(['verify', '--workspace', herbarium.workspaceId], environment(), { code: 1 })
  expect(hurt.damaged).toHaveLength(1)
  const unknown = await runHerbarium(['verify', '--workspace', 'ws_nope'], environment())
  expect(unknown).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('ws_nope') })
})

test('a folder without an installation is refused and stays as it is', async () => {
  const DATA_DIR = `${herbarium.dataDir}/nowhere`
  for (const args of [['verify'], ['repair'], ['backup', `${herbarium.dataDir}-copy`]]) {
    const { code, stderr } = await runHerbarium(args, { ...herbarium.environment, DATA_DIR })
    expect(code).toBe(1)
    expect(linesOf(stderr)).toEqual([expect.stringMatching(/^herbarium: DATA_DIR \S+ holds no installation/)])
  }
  await expect(readFile(DATA_DIR)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('repair beside a running service removes nothing that is young or named', async () => {
  const kept = await ready(2_000, 1)
  await uploaded(herbarium)
  const orphan = await ready(2_000, 2)
  await herbarium.rows.forget(orphan.assetId)
  const before = await herbarium.files()
  const report = await runJson(['repair', '--apply'], environment())
  expect(report).toEqual({ applied: true, removed: [], protected: [orphan.key], foreign: [], bytes: 0 })
  expect(await herbarium.files()).toEqual(before)
  expect(before).toContain(kept.key)
  expect(await runJson(['repair'], environment())).toMatchObject({ applied: false, removable: [] })
})
