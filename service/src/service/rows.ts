// Which database keeps the rows; what PostgreSQL needs is loaded only where the configuration names it.
import type { Config } from '../config/config.ts'
import { systemClock } from '../ground/clock.ts'
import { Fault } from '../ground/fault.ts'
import type { Records } from '../records/records.ts'
import { examineSqlite, hasSqlite } from '../records/sqlite/examine-sqlite.ts'
import { openSqlite } from '../records/sqlite/open-sqlite.ts'
import type { DoctorPorts, Examination } from '../upkeep/doctor.ts'

/** Opens the rows, and makes them where there are none. */
export async function openRows({ database, dataDir }: Config): Promise<Records> {
  if (database === undefined) return openSqlite(dataDir)
  const { openPostgres } = await import('../records/postgres/open-postgres.ts')
  return openPostgres(database)
}

/** The rows as they are; undefined where there are none yet. */
export async function examineRows({ database, dataDir }: Config): Promise<Examination | undefined> {
  if (database === undefined) return examineSqlite(dataDir)
  const { examinePostgres } = await import('../records/postgres/examine-postgres.ts')
  return examinePostgres(database.url)
}

/** The server that keeps the rows; undefined where they are in a file. */
export const serverPorts = ({ database }: Config): DoctorPorts['server'] =>
  database && {
    connections: database.connections,
    facts: async () => {
      const { examineServer } = await import('../records/postgres/examine-server.ts')
      return examineServer(database.url, systemClock)
    },
  }

/** Opens the rows of an installation that is there; throws a Fault where there is none. */
export async function openRowsThere(config: Config): Promise<Records> {
  if (config.database === undefined && !hasSqlite(config.dataDir))
    throw new Fault([`DATA_DIR ${config.dataDir} holds no installation: set it to the folder of yours.`])
  return openRows(config)
}

/** Throws a Fault where the rows are not in the data folder, and so not in what is made of it. */
export function mustHaveOwnRows({ database }: Config): void {
  if (database !== undefined)
    throw new Fault([
      'The rows are in PostgreSQL: back up and restore them with its own pg_dump and pg_restore, and DATA_DIR/blobs beside them (docs/operations.md).',
    ])
}

/** What an operator calls the rows. */
export const rowsInWords = ({ database, dataDir }: Config): string =>
  database === undefined ? `DATA_DIR ${dataDir}` : 'The database that DATABASE_URL names'

/** For an operator whose rows are in trouble. */
export const rowsAdvice = ({ database }: Config): string =>
  database === undefined
    ? 'Stop the server, keep the folder, and restore the last backup (docs/operations.md).'
    : 'Set DATABASE_URL right, or mend the PostgreSQL server; this service goes on by itself afterwards (docs/operations.md).'
