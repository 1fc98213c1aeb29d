// `herbarium verify` beside a running service: what is lost is found, and nothing else is called damage.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { stored, uploaded } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 60_000 })

let herbarium: RunningService
const environment = () => herbarium.environment
beforeEach(async () => {
  herbarium = await startService()
})
afterEach(() => herbarium.close())

/** A ready asset of its own bytes, and the key that they are kept under. */
async function ready(bytes: number, nonce: number) {
  const content = wavOf(bytes, nonce)
  const { asset_id: assetId } = await stored(herbarium, {}, content)
  const row = (await herbarium.rows.all('assets')).find(({ id }) => id === assetId)
  const key = String(row?.blob_key)
  return { assetId, key, bytes: content.length }
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
