// The embedded database keeps every promise of the rows.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Records } from '../../src/records/records.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import type { Installation } from '../support/use-records.ts'
import { describeRecords } from './records-contract.ts'
import { describeSnapshots } from './snapshot-contract.ts'

async function openInstallation(): Promise<Installation> {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-rows-'))
  const opened: Records[] = []
  const open = async () => {
    const records = await openSqlite(folder)
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
describeSnapshots('SQLite', openInstallation)
