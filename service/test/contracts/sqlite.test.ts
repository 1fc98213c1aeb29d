// The embedded database keeps every promise of the rows.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Records } from '../../src/records/records.ts'
import { startWriter } from '../../src/records/sqlite/commit-apart.ts'
import { databaseFile, openMigrated, recordsIn } from '../../src/records/sqlite/open-sqlite.ts'
import { explained, type Plans, scannedBy } from '../support/explained-engine.ts'
import type { Installation } from '../support/use-records.ts'
import { describeRecords } from './records-contract.ts'
import { describeSnapshots } from './snapshot-contract.ts'

const plans: Plans = new Map()

const openInstallation = (): Promise<Installation> =>
  installationOf(async folder => recordsIn(explained(await openMigrated(folder), plans)))

/** As it is once much is written. */
const openBusy = (): Promise<Installation> =>
  installationOf(async folder => {
    const engine = await openMigrated(folder)
    const writer = await startWriter(engine, databaseFile(folder))
    const records = recordsIn(engine, writer.commit)
    return { ...records, close: () => writer.close().then(records.close) }
  })

async function installationOf(openIn: (folder: string) => Promise<Records>): Promise<Installation> {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-rows-'))
  const opened: Records[] = []
  const open = async () => {
    const records = await openIn(folder)
    opened.push(records)
    return records
  }
  return {
    records: await open(),
    openAgain: open,
    close: async () => {
      for (const records of opened) await records.close()
      await rm(folder, { recursive: true })
    },
  }
}

describeRecords('SQLite', openInstallation)
describeRecords('SQLite, written to by a thread', openBusy)
describeSnapshots('SQLite', openInstallation)

/** These have some rows, not one for each asset. */
const SMALL = new Set(['workspaces', 'keys', 'servers', 'webhooks', 'secrets'])

/** What an operator's command asks once for the whole installation, or what ends after the first row. */
const MAY_SCAN = [
  /count\(\*\) as "files"/,
  /as unfound/,
  /desc limit \?$/,
  /"tries" >= \?/,
  /pragma_foreign_key_check/,
]

test('nothing that was asked for above goes through a whole table', () => {
  expect(plans.size).toBeGreaterThan(50)
  const scans = [...plans]
    .filter(([sql]) => !MAY_SCAN.some(exempt => exempt.test(sql)))
    .flatMap(([sql, steps]) => scannedBy(steps).map(scanned => ({ scanned, sql })))
    .filter(({ scanned }) => !SMALL.has(scanned.split(' ')[0] ?? ''))
  expect(scans).toEqual([])
})
