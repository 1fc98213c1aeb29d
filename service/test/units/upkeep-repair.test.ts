// Repair at any hour: what is too young, what is named, and what is neither.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimed, received, stagingKey } from '../../src/assets/attempt.ts'
import { GRACE_MS } from '../../src/assets/discard-leftovers.ts'
import type { Records } from '../../src/records/records.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import type { BlobStore } from '../../src/upkeep/ports.ts'
import { repair } from '../../src/upkeep/repair.ts'
import { AS_PNG, freshMediaKey, freshQuarantineKey, patternOf, put } from '../support/blobs.ts'
import { attemptOf, bytesOf, NOON, pendingOf, readyOf } from '../support/specimens.ts'
import { createTestClock, type TestClock } from '../support/test-clock.ts'
import { useFreshFolder } from '../support/use-folder.ts'
import { addWorkspace, plant } from '../support/use-records.ts'

const folder = useFreshFolder()
let rows: string
let records: Records
let clock: TestClock
beforeEach(async () => {
  rows = await mkdtemp(path.join(tmpdir(), 'herbarium-repair-'))
  records = await openSqlite(rows)
  clock = createTestClock()
})
afterEach(async () => {
  await records.close()
  await rm(rows, { recursive: true })
})

const run = async (apply: boolean, blobs: BlobStore = folder.blobs) => {
  const { assets, upkeep } = records
  const { orphans, young, foreign } = await repair({ assets, upkeep, blobs, clock }, { apply })
  const keysOf = (files: { key: string }[]) => files.map(({ key }) => key).sort()
  return { orphans: keysOf(orphans), young: keysOf(young), foreign }
}

async function published(key = freshMediaKey()): Promise<string> {
  const from = freshQuarantineKey()
  await put(folder.blobs, from, patternOf(10))
  await folder.blobs.promote(from, key, AS_PNG)
  await folder.blobs.remove(from)
  return key
}

test('a file without a row is protected for an hour, then listed, and removed only when that is asked for', async () => {
  const key = await published()
  expect(await run(true)).toMatchObject({ orphans: [], young: [key] })
  clock.advance(GRACE_MS + 2_000)
  expect(await run(false)).toMatchObject({ orphans: [key], young: [] })
  expect(await folder.files()).toEqual([key])
  expect(await run(true)).toMatchObject({ orphans: [key], young: [] })
  expect(await folder.files()).toEqual([])
})

test('whatever a row names stays, however old it is', async () => {
  const workspace = await addWorkspace(records)
  const ready = await plant(records.assets, readyOf(workspace.id))
  await published(ready.blobKey)
  const [whole, arriving] = [pendingOf(workspace.id), pendingOf(workspace.id)]
  const arrived = received(attemptOf(whole), bytesOf(freshQuarantineKey()), NOON)
  const held = claimed(attemptOf(arriving), { now: NOON, transport: 'put' })
  await plant(records.assets, whole, { ...arrived, quarantineKey: arrived.received.key.slice(0, -2) })
  await plant(records.assets, arriving, held)
  await put(folder.blobs, arrived.received.key, patternOf(10))
  const writer = await folder.blobs.create(stagingKey(held))
  clock.advance(100 * GRACE_MS)
  expect(await run(true)).toEqual({ orphans: [], young: [], foreign: [] })
  expect(await folder.files()).toHaveLength(3)
  await writer.abort()
})

test('what no attempt can win is removed from incoming and quarantine', async () => {
  const dead = freshQuarantineKey()
  await put(folder.blobs, dead, patternOf(10))
  const writer = await folder.blobs.create(freshQuarantineKey())
  clock.advance(GRACE_MS + 2_000)
  const { orphans } = await run(true)
  expect(orphans).toHaveLength(2)
  expect(orphans).toContain(dead)
  expect(await folder.files()).toEqual([])
  await writer.abort()
})

test('a row that comes between the look and the removal saves its file', async () => {
  const workspace = await addWorkspace(records)
  const key = await published()
  clock.advance(GRACE_MS + 2_000)
  const late: BlobStore = {
    ...folder.blobs,
    findStored: async sought => {
      await plant(records.assets, readyOf(workspace.id, { blobKey: key }))
      return folder.blobs.findStored(sought)
    },
  }
  expect(await run(true, late)).toMatchObject({ orphans: [] })
  expect(await folder.files()).toEqual([key])
})

test('names that are not ours are told and never removed, at any age', async () => {
  const foreign = ['media/readme.txt', 'media/00/photo.jpg', 'quarantine/.DS_Store', 'incoming/x']
  for (const name of foreign) await writeFile(folder.at(name), 'mine')
  clock.advance(100 * GRACE_MS)
  const report = await run(true)
  expect(report.foreign.sort()).toEqual([...foreign].sort())
  expect(report.orphans).toEqual([])
  expect(await folder.files()).toEqual([...foreign].sort())
})
