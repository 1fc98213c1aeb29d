// A copy of the rows in a file of its own: what is taken out of it, and that it stays sound.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimed, received } from '../../src/assets/attempt.ts'
import type { Records } from '../../src/records/records.ts'
import { openSnapshot } from '../../src/records/sqlite/open-snapshot.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import type { Snapshot } from '../../src/upkeep/ports.ts'
import { attemptOf, bytesOf, NOON, nodeOf, pendingOf, readyOf } from '../support/specimens.ts'
import { addProject, addWorkspace, plant } from '../support/use-records.ts'

let folder: string
let records: Records
let workspaceId: string
const file = () => path.join(folder, 'copy.db')
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-snapshot-'))
  records = await openSqlite(folder)
  workspaceId = (await addWorkspace(records)).id
})
afterEach(async () => {
  await records.close()
  await rm(folder, { recursive: true })
})

/** Makes the copy, has it edited, and answers what a query says of it afterwards. */
async function copied(edit: (snapshot: Snapshot) => Promise<void>, query: string) {
  await records.upkeep.snapshot(file())
  const snapshot = await openSnapshot(file())
  await edit(snapshot)
  expect(await snapshot.integrity()).toEqual([])
  await snapshot.seal()
  const database = new DatabaseSync(file(), { readOnly: true })
  const rows = database.prepare(query).all()
  database.close()
  return rows
}

const namedBy = (asset: { id: string; blobKey: string; sizeBytes: number; sha256: string }) => ({
  assetId: asset.id,
  attempt: null,
  key: asset.blobKey,
  sizeBytes: asset.sizeBytes,
  sha256: asset.sha256,
})

test('a sealed copy is one file', async () => {
  await plant(records.assets, readyOf(workspaceId))
  const rows = await copied(async () => undefined, 'select count(*) as n from assets')
  expect(rows).toEqual([{ n: 1 }])
  expect((await readdir(folder)).filter(name => name.startsWith('copy'))).toEqual(['copy.db'])
})

test('a forgotten asset is gone with its attempts, its jobs and its name, and its node stays', async () => {
  const project = await addProject(records, workspaceId)
  const asset = await plant(records.assets, readyOf(workspaceId, { name: 'fern' }))
  const kept = await plant(records.assets, readyOf(workspaceId, { name: 'moss', sizeBytes: 7 }))
  await records.assets.save({ events: [], node: nodeOf(project.id, asset.id) })
  await records.jobs.add({ id: 'job_1', kind: 'fetch', subject: asset.id, payload: {}, runAt: 0, tries: 0 })
  const rows = await copied(
    async snapshot => {
      await snapshot.forget([namedBy(asset)])
      await snapshot.recount()
    },
    `select (select group_concat(id) from assets) as assets, (select count(*) from attempts) as attempts,
      (select count(*) from jobs) as jobs, (select count(*) from asset_names where name match 'fern') as names,
      (select count(*) from nodes where asset_id is null) as nodes,
      (select assets || ' ' || bytes || ' ' || open_attempts from counters) as counted`,
  )
  expect(rows).toEqual([{ assets: kept.id, attempts: 1, jobs: 0, names: 0, nodes: 1, counted: '1 7 1' }])
})

test('an attempt whose bytes are forgotten has expired and weighs nothing', async () => {
  const asset = pendingOf(workspaceId)
  const attempt = received(attemptOf(asset), bytesOf('quarantine/a.1', { sizeBytes: 9 }), NOON)
  await plant(records.assets, asset, attempt)
  const { key, sizeBytes, sha256 } = attempt.received
  const rows = await copied(
    async snapshot => {
      await snapshot.forget([{ assetId: asset.id, attempt: 1, key, sizeBytes, sha256 }])
      await snapshot.recount()
    },
    `select state, received_key, attempts.received_bytes, verdict, counters.open_attempts as open,
      counters.received_bytes as weight from attempts, counters`,
  )
  expect(rows).toEqual([
    { state: 'expired', received_key: null, received_bytes: null, verdict: null, open: 0, weight: 0 },
  ])
})

test('bytes that had arrived in part are named by no attempt any more, and the attempt is as open as before', async () => {
  const asset = pendingOf(workspaceId)
  await plant(records.assets, asset, claimed(attemptOf(asset), { now: NOON, transport: 'put' }))
  const live = new DatabaseSync(path.join(folder, 'herbarium.db'))
  live.exec(`update attempts set partial_key = 'quarantine/a.1', partial_bytes = 5`)
  live.close()
  const rows = await copied(
    snapshot => snapshot.leaveBehind(),
    'select state, partial_key, partial_bytes from attempts',
  )
  expect(rows).toEqual([{ state: 'open', partial_key: null, partial_bytes: null }])
})

test('what no program of ours has written cannot be opened as a copy', async () => {
  await records.upkeep.snapshot(file())
  const newer = new DatabaseSync(file())
  newer.exec(`insert into kysely_migration (name, timestamp) values ('999-later', '')`)
  newer.close()
  await expect(openSnapshot(file())).rejects.toThrow(/999-later/)
})
