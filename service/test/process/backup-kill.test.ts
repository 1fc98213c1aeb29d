// Killed at any moment, a backup leaves the last one usable and a restore leaves nothing that a server would start on.
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { cleanEnvironment, LAUNCHER, temporaryFolder, watch } from '../support/start-process.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const ASSETS = 40
let herbarium: RunningService
let place: string
const copy = () => path.join(place, 'copy')
beforeAll(async () => {
  place = await temporaryFolder()
  herbarium = await startService()
  await addAssets(ASSETS)
})
afterAll(async () => {
  await herbarium.close()
  await rm(place, { recursive: true, force: true })
})

let nonce = 0
async function addAssets(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await stored(herbarium, {}, wavOf(200_000, nonce++))
}

const mediaIn = async (folder: string): Promise<number> => {
  const entries = await readdir(path.join(folder, 'blobs/media'), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => [])
  return entries.filter(entry => entry.isFile()).length
}

/** Kills the command as soon as `isTime`; answers whether it was killed before its end. */
async function killedWhen(args: string[], dataDir: string, isTime: () => Promise<boolean>): Promise<boolean> {
  const run = watch(process.execPath, [LAUNCHER, ...args], { env: cleanEnvironment({ DATA_DIR: dataDir }) })
  let hasEnded = false
  run.exited.finally(() => {
    hasEnded = true
  })
  while (!hasEnded && !(await isTime())) await delay(1)
  run.child.kill('SIGKILL')
  return (await run.exited).signal === 'SIGKILL'
}

test('a first backup that was killed is no backup, and the next run makes it one', async () => {
  for (const isTime of [
    async () => existsSync(path.join(copy(), 'backup.lock')),
    async () => existsSync(path.join(copy(), 'herbarium.db.next')),
    async () => (await mediaIn(copy())) >= 5,
  ]) {
    expect(await killedWhen(['backup', copy()], herbarium.dataDir, isTime)).toBe(true)
    expect(existsSync(path.join(copy(), 'backup.json'))).toBe(false)
    const { code, stderr } = await runHerbarium(['restore', copy()], { DATA_DIR: path.join(place, 'early') })
    expect(code).toBe(1)
    expect(stderr).toContain('holds no finished backup')
  }
  const report = await runJson(['backup', copy()], { DATA_DIR: herbarium.dataDir })
  expect(report).toMatchObject({ complete: true, assets: ASSETS })
  expect(report.kept).toBeGreaterThan(0)
  expect(await readdir(path.join(copy(), 'blobs/incoming'))).toEqual([])
})

test('a later backup that was killed leaves the last one usable', async () => {
  await runJson(['backup', copy()], { DATA_DIR: herbarium.dataDir })
  const before = await mediaIn(copy())
  await addAssets(20)
  expect(
    await killedWhen(
      ['backup', copy()],
      herbarium.dataDir,
      async () => (await mediaIn(copy())) >= before + 3,
    ),
  ).toBe(true)
  const DATA_DIR = path.join(place, 'old')
  expect(await runJson(['restore', copy()], { DATA_DIR })).toMatchObject({ assets: before })
  expect(await runJson(['verify'], { DATA_DIR })).toMatchObject({ checked: before, damaged: [] })
  const report = await runJson(['backup', copy()], { DATA_DIR: herbarium.dataDir })
  expect(report).toMatchObject({ assets: before + 20 })
  expect(report.copied).toBeLessThan(20)
})

test('a restore that was killed starts no server, and the next run finishes it', async () => {
  const { assets } = await runJson(['backup', copy()], { DATA_DIR: herbarium.dataDir })
  const DATA_DIR = path.join(place, 'restored')
  expect(await killedWhen(['restore', copy()], DATA_DIR, async () => (await mediaIn(DATA_DIR)) >= 5)).toBe(
    true,
  )
  expect(existsSync(path.join(DATA_DIR, 'herbarium.db'))).toBe(false)
  for (const args of [['serve'], ['key', 'list'], ['verify']]) {
    const { code, stderr } = await runHerbarium(args, { DATA_DIR, PORT: '0' })
    expect(code).toBe(1)
    expect(linesOf(stderr)).toEqual([
      expect.stringMatching(/its restore was cut off: run "herbarium restore" again/),
    ])
  }
  expect(await runJson(['restore', copy()], { DATA_DIR })).toMatchObject({ assets })
  expect(await runJson(['verify'], { DATA_DIR })).toMatchObject({ checked: assets, damaged: [] })
  expect((await readdir(DATA_DIR)).sort()).toEqual(['blobs', 'herbarium.db', 'secret.key', 'start.lock'])
})

test('two backups into one folder at once do not meet', async () => {
  const folder = path.join(place, 'shared')
  const reports = await Promise.all(
    [1, 2].map(() => runJson(['backup', folder], { DATA_DIR: herbarium.dataDir })),
  )
  expect(reports.map(({ copied }) => copied).sort((a, b) => a - b)[0]).toBe(0)
  for (const report of reports) expect(report.complete).toBe(true)
})
