// PostgreSQL keeps every promise of the rows.
import { inject } from 'vitest'
import { openPostgres } from '../../src/records/postgres/open-postgres.ts'
import type { Records } from '../../src/records/records.ts'
import { newDatabase } from '../support/new-database.ts'
import type { Installation } from '../support/use-records.ts'
import { describeRecords } from './records-contract.ts'

async function openInstallation(): Promise<Installation> {
  const database = await newDatabase(inject('postgresUrl'), inject('postgresTemplate'))
  const opened: Records[] = []
  const open = async () => {
    const records = await openPostgres({ url: database.url, connections: 4 })
    opened.push(records)
    return records
  }
  return {
    records: await open(),
    openAgain: open,
    close: async () => {
      for (const records of opened) await records.close()
      await database.drop()
    },
  }
}

describeRecords('PostgreSQL', openInstallation)
