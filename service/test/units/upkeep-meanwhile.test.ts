// Rows that change while their bytes are read or copied are neither damage nor in the copy.
import { createHash } from 'node:crypto'
import { mkdtemp, rm, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ReadyAsset } from '../../src/assets/asset.ts'
import { claimed, closed, received } from '../../src/assets/attempt.ts'
import { openBackupFolder } from '../../src/blobs/disk/backup-folder.ts'
import { systemClock } from '../../src/ground/clock.ts'
import type { Records } from '../../src/records/records.ts'
import { openSnapshot } from '../../src/records/sqlite/open-snapshot.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { backUp } from '../../src/upkeep/backup.ts'
import type { BlobStore } from '../../src/upkeep/ports.ts'
import { verify } from '../../src/upkeep/verify.ts'
import { AS_PNG, freshMediaKey, freshQuarantineKey, patternOf, put } from '../support/blobs.ts'
import { runSql } from '../support/rows.ts'
import { attemptOf, NOON, pendingOf, readyOf } from '../support/specimens.ts'
import { useFreshFolder } from '../support/use-folder.ts'
import { addWorkspace, plant } from '../support/use-records.ts'

const folder = useFreshFolder()
let rows: string
let records: Records
let workspaceId: string
beforeEach(async () => {
  rows = await mkdtemp(path.join(tmpdir(), 'herbarium-meanwhile-'))
  records = await openSqlite(rows)
  workspaceId = (await addWorkspace(records)).id
})
afterEach(async () => {
  await records.close()
  await rm(rows, { recursive: true })
})

const facts = (bytes: Buffer) => ({
  sizeBytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})

async function ready(size: number): Promise<ReadyAsset> {
  const [from, blobKey, bytes] = [freshQuarantineKey(), freshMediaKey(), patternOf(size)]
  await put(folder.blobs, from, bytes)
  await folder.blobs.promote(from, blobKey, AS_PNG)
  await folder.blobs.remove(from)
  return plant(records.assets, readyOf(workspaceId, { blobKey, ...facts(bytes) }))
}

/** The same bytes, but something happens when they are first looked at. */
function whenLookedAt(key: string, happens: () => Promise<unknown>): BlobStore {
  let isNew = true
  return {
    ...folder.blobs,
    findStored: async sought => {
      if (sought === key && isNew) {
        isNew = false
        await happens()
      }
      return folder.blobs.findStored(sought)
    },
  }
}

const deleted = async ({ id, blobKey }: ReadyAsset) => {
  runSql(rows, 'delete from assets where id = ?', id)
  await unlink(folder.at(blobKey))
}

const installation = (blobs: BlobStore) => ({ assets: records.assets, upkeep: records.upkeep, blobs })

async function backedUp(blobs: BlobStore) {
  const target = await openBackupFolder(path.join(rows, 'copy'), undefined)
  const report = await backUp(
    { source: installation(blobs), target, openSnapshot, clock: systemClock },
    { program: 'test' },
  )
  return { report, copy: path.join(rows, 'copy') }
}

test('an asset that is deleted while it is verified is no damage, and one whose file alone goes is', async () => {
  const [gone, lost] = [await ready(100), await ready(200)]
  expect((await verify(installation(whenLookedAt(gone.blobKey, () => deleted(gone))))).damaged).toEqual([])
  const broken = whenLookedAt(lost.blobKey, () => unlink(folder.at(lost.blobKey)))
  expect((await verify(installation(broken))).damaged).toMatchObject([
    { named: { assetId: lost.id, key: lost.blobKey }, problem: 'missing' },
  ])
})

test('bytes that end before their time are unreadable', async () => {
  const asset = await ready(3_000_000)
  const failing: BlobStore = {
    ...folder.blobs,
    read: (key, { start, end }) => folder.blobs.read(key, { start, end: end + 1 }),
  }
  expect((await verify(installation(failing))).damaged).toMatchObject([
    { named: { assetId: asset.id }, problem: 'unreadable' },
  ])
})

test('an asset that is deleted while it is backed up is in the copy neither as a row nor as a file', async () => {
  const [gone, kept] = [await ready(100), await ready(200)]
  const { report, copy } = await backedUp(whenLookedAt(gone.blobKey, () => deleted(gone)))
  expect(report).toMatchObject({ assets: 1, bytes: 200, copied: 1, damaged: [] })
  expect(runSql(copy, 'select id from assets')).toEqual([{ id: kept.id }])
  expect(runSql(copy, 'select assets, bytes from counters')).toEqual([{ assets: 1, bytes: 200 }])
})

test('bytes that were received and taken further while they are backed up leave an attempt that can be retried', async () => {
  const [key, bytes] = [freshQuarantineKey(), patternOf(50)]
  await put(folder.blobs, key, bytes)
  const asset = pendingOf(workspaceId)
  const arrived = received(attemptOf(asset), { key, ...facts(bytes), sniffedType: null }, NOON)
  await plant(records.assets, asset, arrived)
  const taken = async () => {
    await records.assets.save({
      attempts: [{ before: arrived, after: closed(arrived, 'won') }],
      events: [],
    })
    await folder.blobs.remove(key)
  }
  const { report, copy } = await backedUp(whenLookedAt(key, taken))
  expect(report).toMatchObject({ received: 0, copied: 0, damaged: [] })
  expect(runSql(copy, 'select state, received_key from attempts')).toEqual([
    { state: 'expired', received_key: null },
  ])
  expect(runSql(copy, 'select open_attempts, received_bytes from counters')).toEqual([
    { open_attempts: 0, received_bytes: 0 },
  ])
})

test('received bytes that are gone while their row stays are damage: nothing is put in place', async () => {
  const asset = pendingOf(workspaceId)
  const bytes = { key: freshQuarantineKey(), ...facts(patternOf(5)), sniffedType: null }
  await plant(records.assets, asset, received(attemptOf(asset), bytes, NOON))
  const { report, copy } = await backedUp(folder.blobs)
  expect(report.damaged).toMatchObject([{ named: { assetId: asset.id, attempt: 1 }, problem: 'missing' }])
  expect(() => runSql(copy, 'select 1 from assets')).toThrow(/no such table/)
})

test('bytes on their way are not in the copy, and their attempt is open in it', async () => {
  const asset = pendingOf(workspaceId)
  const attempt = claimed(attemptOf(asset), { now: NOON, transport: 'put' })
  await plant(records.assets, asset, attempt)
  const writer = await folder.blobs.create(`${attempt.quarantineKey}.1`)
  await writer.write(patternOf(100))
  runSql(rows, `update attempts set partial_key = quarantine_key || '.1', partial_bytes = 100`)
  const { report, copy } = await backedUp(folder.blobs)
  await writer.abort()
  expect(report).toMatchObject({ copied: 0, received: 0, damaged: [] })
  expect(runSql(copy, 'select state, partial_key, partial_bytes from attempts')).toEqual([
    { state: 'open', partial_key: null, partial_bytes: null },
  ])
})
