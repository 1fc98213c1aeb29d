// `herbarium backup` and `restore` beside a running service: what comes back is what was there, byte for byte.
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { clientOf } from '../support/process-tenant.ts'
import { reserve } from '../support/reserve.ts'
import { blobFile, blobKeyOf, removeAsset } from '../support/rows.ts'
import { runJson } from '../support/run-json.ts'
import { wavOf } from '../support/samples.ts'
import { startProcess } from '../support/start-process.ts'
import { type RunningService, startService } from '../support/start-service.ts'
import { putFile, stored } from '../support/uploads.ts'

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
const restore = () => runJson(['restore', copy()], restored())

const filesUnder = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}

/** A server in a process of its own on the restored folder. */
async function serveRestored() {
  const server = await startProcess({ dataDir: restored().DATA_DIR })
  return { server, client: clientOf(server, herbarium.apiKey) }
}

const here = (server: { origin: string }, url: string): string =>
  new URL(new URL(url).pathname, server.origin).href

test('a restored installation serves every asset, knows its keys, and takes uploads on tickets that were given before', async () => {
  const bytes = [1_000, 3_000_000].map((size, n) => wavOf(size, n))
  const assets = [
    await stored(herbarium, { file_name: 'fern.wav' }, bytes[0]),
    await stored(herbarium, {}, bytes[1]),
  ]
  const arrived = await reserve(herbarium)
  await putFile(herbarium, arrived, wavOf(2_000, 5))
  const promised = await reserve(herbarium)
  expect(await backUp()).toMatchObject({
    complete: true,
    assets: 2,
    received: 1,
    copied: 3,
    kept: 0,
    removed: 0,
  })
  expect(await restore()).toMatchObject({ assets: 2, received: 1 })
  expect(await runJson(['verify'], restored())).toMatchObject({ checked: 2, damaged: [] })
  const { server, client } = await serveRestored()
  try {
    for (const [n, { asset_id, url }] of assets.entries()) {
      expect(await client.assets.retrieve(asset_id)).toMatchObject({ status: 'ready' })
      const served = await fetch(here(server, url ?? ''))
      expect(Buffer.from(await served.arrayBuffer()).equals(bytes[n] ?? Buffer.alloc(0))).toBe(true)
    }
    expect((await client.assets.list({ query: 'fern' })).assets).toHaveLength(1)
    expect(await client.assets.complete(arrived.asset_id)).toMatchObject({ status: 'ready' })
    const sent = await fetch(here(server, promised.upload_url), {
      method: 'PUT',
      body: new Uint8Array(wavOf(2_000, 6)),
    })
    expect(sent.status).toBeLessThan(300)
    expect(await client.assets.complete(promised.asset_id)).toMatchObject({ status: 'ready' })
  } finally {
    await server.close()
  }
})

test('a backup is for its owner alone, and says what it is', async () => {
  await stored(herbarium)
  await backUp()
  const note = JSON.parse(await readFile(path.join(copy(), 'backup.json'), 'utf8'))
  expect(note).toMatchObject({ format: 1, assets: 1, received: 0, program: expect.any(String) })
  expect(Math.abs(Date.parse(note.created_at) - Date.now())).toBeLessThan(60_000)
  for (const name of ['backup.json', 'secret.key', 'herbarium.db'])
    expect((await stat(path.join(copy(), name))).mode & 0o777, name).toBe(0o600)
  expect((await stat(copy())).mode & 0o777).toBe(0o700)
  const secret = await readFile(path.join(herbarium.dataDir, 'secret.key'))
  expect(await readFile(path.join(copy(), 'secret.key'))).toEqual(secret)
})

test('the next backup copies only what is new and drops what is gone', async () => {
  const first = await stored(herbarium, {}, wavOf(2_000, 1))
  const kept = await stored(herbarium, {}, wavOf(2_000, 2))
  await backUp()
  const times = async () =>
    (await stat(blobFile(copy(), blobKeyOf(herbarium.dataDir, kept.asset_id)))).mtimeMs
  const before = await times()
  await removeAsset(herbarium, first.asset_id)
  await stored(herbarium, {}, wavOf(2_000, 3))
  expect(await backUp()).toMatchObject({ assets: 2, copied: 1, kept: 1, removed: 1, copied_bytes: 2_000 })
  expect(await times()).toBe(before)
  expect(await backUp()).toMatchObject({ assets: 2, copied: 0, kept: 2, removed: 0 })
  await restore()
  expect(await runJson(['verify'], restored())).toMatchObject({ checked: 2, damaged: [] })
})

test('backups while others upload and delete are whole, each of them', async () => {
  const told = new Map<string, Buffer>()
  const gone = new Set<string>()
  let isOver = false
  const work = async (worker: number) => {
    for (let n = 0; !isOver; n++) {
      const bytes = wavOf(2_000 + n, worker * 10_000 + n)
      const { asset_id } = await stored(herbarium, {}, bytes)
      told.set(asset_id, bytes)
      await putFile(herbarium, await reserve(herbarium), bytes)
      const [oldest] = [...told.keys()].filter(id => !gone.has(id))
      if (n % 2 === 0 || oldest === undefined) continue
      gone.add(oldest)
      await removeAsset(herbarium, oldest)
    }
  }
  const workers = [work(1), work(2)]
  const certain = await stored(herbarium, {}, wavOf(5_000, 99))
  for (let n = 0; n < 3; n++) {
    await delay(200)
    expect(await backUp()).toMatchObject({ complete: true, damaged: [] })
    const DATA_DIR = path.join(place, `restored-${n}`)
    const { assets } = await runJson(['restore', copy()], { DATA_DIR })
    expect(await runJson(['verify'], { DATA_DIR })).toMatchObject({ checked: assets, damaged: [] })
    expect(await runJson(['repair'], { DATA_DIR })).toMatchObject({ removable: [], protected: [] })
    expect(blobKeyOf(DATA_DIR, certain.asset_id)).toMatch(/^media/)
  }
  isOver = true
  await Promise.all(workers)
  expect(gone.size).toBeGreaterThan(0)
  await backUp()
  await restore()
  const { server, client } = await serveRestored()
  try {
    for (const [assetId, bytes] of told) {
      if (gone.has(assetId)) continue
      const { url } = await client.assets.retrieve(assetId)
      const served = await fetch(here(server, url ?? ''))
      expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true)
    }
  } finally {
    await server.close()
  }
})

test('at every moment between two backups the folder holds one of them, whole', async () => {
  await stored(herbarium, {}, wavOf(2_000, 1))
  await backUp()
  const older = path.join(place, 'older.db')
  await copyFile(path.join(copy(), 'herbarium.db'), older)
  const noteOf = async () => JSON.parse(await readFile(path.join(copy(), 'backup.json'), 'utf8'))
  const before = await noteOf()
  await stored(herbarium, {}, wavOf(2_000, 2))
  await backUp()
  const after = await noteOf()
  const newer = path.join(place, 'newer.db')
  await copyFile(path.join(copy(), 'herbarium.db'), newer)
  const [old = '', now = ''] = [before.files['herbarium.db'][0], after.files['herbarium.db'][0]]
  const between = { ...before, files: { ...after.files, 'herbarium.db': [old, now] } }
  for (const [rows, assets] of [
    [older, 1],
    [newer, 2],
  ] as const) {
    await copyFile(rows, path.join(copy(), 'herbarium.db'))
    await writeFile(path.join(copy(), 'backup.json'), JSON.stringify(between))
    const DATA_DIR = path.join(place, `moment-${assets}`)
    expect(await runJson(['restore', copy()], { DATA_DIR })).toMatchObject({ assets })
    expect(await runJson(['verify'], { DATA_DIR })).toMatchObject({ checked: assets, damaged: [] })
  }
  expect(await backUp()).toMatchObject({ copied: 0, kept: 2 })
  expect(await filesUnder(copy())).not.toContain('herbarium.db.next')
})
