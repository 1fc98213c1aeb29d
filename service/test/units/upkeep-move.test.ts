// Bytes on their way to another store: read back before they get their name, and told apart from those that went.
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ReadyAsset } from '../../src/assets/asset.ts'
import { openDisk } from '../../src/blobs/disk/open-disk.ts'
import type { Records } from '../../src/records/records.ts'
import { openMoving } from '../../src/records/sqlite/open-moving.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { moveBytes, removeUnnamed } from '../../src/upkeep/move-bytes.ts'
import type { MovingRows } from '../../src/upkeep/move-ports.ts'
import type { BlobStore } from '../../src/upkeep/ports.ts'
import { AS_PNG, contentOf, freshMediaKey, freshQuarantineKey, patternOf, put } from '../support/blobs.ts'
import { runSql } from '../support/rows.ts'
import { readyOf } from '../support/specimens.ts'
import { addWorkspace, plant } from '../support/use-records.ts'

let place: string
let records: Records
let rows: MovingRows & { close(): Promise<void> }
let from: BlobStore
let to: BlobStore
let workspaceId: string
beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'herbarium-bytes-'))
  records = await openSqlite(place)
  rows = await openMoving(place, { isAlone: false })
  from = await openDisk(path.join(place, 'from'))
  to = await openDisk(path.join(place, 'to'))
  workspaceId = (await addWorkspace(records)).id
})
afterEach(async () => {
  await rows.close()
  await records.close()
  await rm(place, { recursive: true })
})

async function ready(size: number): Promise<ReadyAsset> {
  const [quarantined, blobKey, bytes] = [freshQuarantineKey(), freshMediaKey(), patternOf(size)]
  await put(from, quarantined, bytes)
  await from.promote(quarantined, blobKey, AS_PNG)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return plant(records.assets, readyOf(workspaceId, { blobKey, sizeBytes: size, sha256 }))
}

const moving = (target: BlobStore, source = from) =>
  moveBytes({ rows, from: source, to: target }, { withReceived: true, onProgress: () => undefined })

test('bytes that the target gives back otherwise than they were sent never get their name there', async () => {
  const asset = await ready(1_000)
  const forgetful: BlobStore = {
    ...to,
    read: async (key, range) => {
      const bytes = await contentOf(to, key, range.end + 1)
      bytes[7] = (bytes[7] ?? 0) ^ 1
      return (async function* () {
        yield bytes
      })()
    },
  }
  await expect(moving(forgetful)).rejects.toThrow(
    /came back from the target otherwise than it was sent \(wrong hash\)/,
  )
  expect(await to.findStored(asset.blobKey)).toBeUndefined()
  expect(await moving(to)).toMatchObject({ copied: 1, damaged: [] })
  expect(await contentOf(to, asset.blobKey, 1_000)).toEqual(patternOf(1_000))
})

test('a file of another length under the key is written again', async () => {
  const asset = await ready(2_000)
  await put(to, asset.blobKey, patternOf(10))
  const lenient: BlobStore = {
    ...to,
    promote: async (quarantined, key, as) => {
      await to.remove(key) // a bucket writes over what is there
      await to.promote(quarantined, key, as)
    },
  }
  expect(await moving(lenient)).toMatchObject({ copied: 1, kept: 0 })
  expect(await moving(to)).toMatchObject({ copied: 0, kept: 1 })
})

test('an asset that is deleted while it is copied is no damage', async () => {
  const asset = await ready(500)
  const losing: BlobStore = {
    ...from,
    read: async (key, range) => {
      runSql(place, 'delete from assets where id = ?', asset.id)
      await from.remove(key)
      return from.read(key, range)
    },
  }
  expect(await moving(to, losing)).toMatchObject({ copied: 0, damaged: [] })
  expect(await to.findStored(asset.blobKey)).toBeUndefined()
})

test('what an earlier run brought goes once no row names it, with what it left unfinished', async () => {
  const [kept, gone] = [await ready(500), await ready(600)]
  await moving(to)
  runSql(place, 'delete from assets where id = ?', gone.id)
  await put(to, freshQuarantineKey(), patternOf(10))
  const unfinished = await to.create(freshQuarantineKey())
  await unfinished.write(patternOf(10))
  await unfinished.save()
  await unfinished.close()
  expect(await removeUnnamed(to, rows)).toBe(3)
  expect(await to.findStored(kept.blobKey)).toMatchObject({ bytes: 500 })
  for (const area of ['quarantine', 'incoming'] as const)
    for await (const page of to.stored(area)) expect(page).toEqual([])
})
