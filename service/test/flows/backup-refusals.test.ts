// What `herbarium backup` and `restore` refuse, in words, and that nothing is left of it.
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { flipByte } from '../support/flip-byte.ts'
import { blobFile, blobKeyOf, runSql } from '../support/rows.ts'
import { linesOf, runHerbarium } from '../support/run-herbarium.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { startProcess } from '../support/start-process.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { stored } from '../support/uploads.ts'

vi.setConfig({ testTimeout: 90_000 })

let herbarium: RunningService
let place: string
beforeEach(async () => {
  herbarium = await startService()
  place = await mkdtemp(path.join(tmpdir(), 'herbarium-backup-'))
})
afterEach(async () => {
  await herbarium.close()
  await rm(place, { recursive: true, force: true })
})

const copy = () => path.join(place, 'copy')
const live = () => herbarium.environment
const restored = () => ({ DATA_DIR: path.join(place, 'restored') })
const backUp = () => runJson(['backup', copy()], live())

test('a folder that is the data, holds it or lies in it, or holds anything else, is no place for a backup', async () => {
  const other = path.join(place, 'other')
  await writeFile(other, 'a file')
  const bad = [
    herbarium.dataDir,
    path.join(herbarium.dataDir, 'x/y'),
    path.dirname(herbarium.dataDir),
    place,
    other,
  ]
  for (const folder of bad) {
    const { code, stdout, stderr } = await runHerbarium(['backup', folder], live())
    expect({ folder, code, stdout, lines: linesOf(stderr).length }).toEqual({
      folder,
      code: 1,
      stdout: '',
      lines: 1,
    })
    expect(stderr).toContain(folder)
  }
  expect(await readdir(place)).toEqual(['other'])
})

test('a backup that a server was started on takes no further backup', async () => {
  await backUp()
  const server = await startProcess({ dataDir: copy() })
  await server.close()
  const { code, stderr } = await runHerbarium(['backup', copy()], live())
  expect(code).toBe(1)
  expect(linesOf(stderr)).toEqual([expect.stringMatching(/was changed since it was backed up/)])
})

test('a folder that has anything in it is not restored into, and one without a backup is not restored from', async () => {
  await backUp()
  for (const [from, to, said] of [
    [copy(), herbarium.dataDir, /is not empty/],
    [place, path.join(place, 'x'), /must be two folders/],
    [path.join(place, 'none'), path.join(place, 'x'), /holds no finished backup/],
  ] as const) {
    const { code, stdout, stderr } = await runHerbarium(['restore', from], { DATA_DIR: to })
    expect({ code, stdout, lines: linesOf(stderr).length }).toEqual({ code: 1, stdout: '', lines: 1 })
    expect(stderr).toMatch(said)
  }
  expect(await readdir(place)).toEqual(['copy'])
})

test('a damaged backup is refused with all that is wrong, and leaves nothing behind', async () => {
  const assets = [1, 2, 3].map(n => stored(herbarium, {}, wavOf(2_000, n)))
  const keys = (await Promise.all(assets)).map(({ asset_id }) => blobKeyOf(herbarium.dataDir, asset_id))
  await backUp()
  const [flipped = '', cut = '', lost = ''] = keys
  await flipByte(blobFile(copy(), flipped), 1_000)
  await truncate(blobFile(copy(), cut), 5)
  await unlink(blobFile(copy(), lost))
  const { code, stdout, stderr } = await runHerbarium(['restore', copy()], restored())
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(linesOf(stderr)).toHaveLength(4)
  for (const [key, problem] of [
    [flipped, 'wrong hash'],
    [cut, 'wrong length'],
    [lost, 'missing'],
  ])
    expect(stderr).toMatch(new RegExp(`${key} of asset_\\w+: ${problem}`))
  expect(await readdir(restored().DATA_DIR)).toEqual([])
})

test.each(['herbarium.db', 'secret.key', 'backup.json'])(
  'a backup whose %s is spoilt is refused',
  async name => {
    await stored(herbarium)
    await backUp()
    await flipByte(path.join(copy(), name), 1)
    const { code, stderr } = await runHerbarium(['restore', copy()], restored())
    expect(code).toBe(1)
    expect(stderr).toContain(name)
    expect(await readdir(restored().DATA_DIR).catch(() => [])).toEqual([])
  },
)

test('rows that are not sound are told and do not take the place of a backup', async () => {
  await stored(herbarium, { file_name: 'fern.png' })
  await backUp()
  const before = await readFile(path.join(copy(), 'herbarium.db'))
  runSql(herbarium.dataDir, `insert into asset_names (rowid, name) values (1000000, 'not there')`)
  const { code, stdout, stderr } = await runHerbarium(['backup', copy()], live())
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(linesOf(stderr)).toEqual([
    expect.stringContaining('index of names lacks 1'),
    expect.stringContaining('The rows are not sound'),
  ])
  expect(await readFile(path.join(copy(), 'herbarium.db'))).toEqual(before)
  expect(await runJson(['restore', copy()], restored())).toMatchObject({ assets: 1 })
})

test('a secret from the environment is not copied, and whoever backs up is told so', async () => {
  await stored(herbarium)
  const SECRET_KEY = 'a secret of at least thirty-two characters'
  const { code, stdout } = await runHerbarium(['backup', copy()], { ...live(), SECRET_KEY })
  expect(code).toBe(0)
  expect(stdout).toContain('SECRET_KEY comes from the environment')
  expect(await readdir(copy())).not.toContain('secret.key')
  const outcome = await runHerbarium(['restore', copy()], { ...restored(), SECRET_KEY })
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(await runJson(['verify'], { ...restored(), SECRET_KEY })).toMatchObject({ checked: 1, damaged: [] })
})

test('DATA_DIR may be an empty folder that is there already, such as a fresh volume', async () => {
  await stored(herbarium)
  await backUp()
  const { DATA_DIR } = restored()
  await mkdir(path.join(DATA_DIR, 'lost+found'), { recursive: true })
  expect(await runJson(['restore', copy()], { DATA_DIR })).toMatchObject({ assets: 1 })
  expect(await readdir(DATA_DIR)).toContain('lost+found')
})
