// One SQLite file, opened durably, with its errors translated.
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { onEngine } from './trouble.ts'
import { createTurnLock } from './turn-lock.ts'

const MAX_STATEMENTS = 300
const OPEN_WAIT_MS = 5_000

export interface Engine {
  /** Rows of a statement that only reads. */
  read(sql: string, parameters: readonly unknown[]): unknown[]
  run(sql: string, parameters: readonly unknown[]): number
  all(sql: string, parameters: readonly unknown[]): unknown[]
  /** Whether the statement answers rows. */
  isReader(sql: string): boolean
  exec(sql: string): void
  /** False after an error that made SQLite roll back by itself. */
  isInTransaction(): boolean
  /** Lets the next read see whatever was committed before. */
  renew(): void
  close(): void
}

/**
 * Opens the file with write-ahead logging and an fsync at every commit. `isAlone` keeps everyone else out for as long
 * as it is open, and throws `unavailable` where somebody is in, in this process or another.
 */
export function openEngine(file: string, { isAlone } = { isAlone: false }): Engine {
  const database = onEngine(() => open(file, isAlone))
  const prepare = createStatements(database)
  const turnLock = createTurnLock(database)
  const alone = <T>(act: () => T): T =>
    onEngine(() => {
      turnLock.letGo()
      return act()
    })
  return {
    read: (sql, parameters) =>
      onEngine(() => {
        turnLock.hold()
        return rowsOf(prepare(sql), parameters)
      }),
    run: (sql, parameters) =>
      alone(() => Number(prepare(sql).statement.run(...bindable(parameters)).changes)),
    all: (sql, parameters) => alone(() => rowsOf(prepare(sql), parameters)),
    isReader: sql => onEngine(() => prepare(sql).columnNames.length > 0),
    exec: sql => alone(() => database.exec(sql)),
    isInTransaction: () => database.isTransaction,
    renew: turnLock.letGo,
    close: () => {
      turnLock.letGo()
      database.close()
    },
  }
}

interface Prepared {
  statement: StatementSync
  columnNames: string[]
}

/** Statements are prepared once; of those that are used seldom the oldest make room. */
function createStatements(database: DatabaseSync): (sql: string) => Prepared {
  const statements = new Map<string, Prepared>()
  return sql => {
    const kept = statements.get(sql)
    if (kept !== undefined) return kept
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    const prepared = { statement, columnNames: statement.columns().map(({ name }) => name) }
    const [oldest] = statements.keys()
    if (statements.size >= MAX_STATEMENTS && oldest !== undefined) statements.delete(oldest)
    statements.set(sql, prepared)
    return prepared
  }
}

/** The objects that Node makes of rows are dictionaries: slow to make and slow to read. */
function rowsOf({ statement, columnNames }: Prepared, parameters: readonly unknown[]): object[] {
  const rows = statement.all(...bindable(parameters)) as unknown as unknown[][] // arrays, as was set
  return rows.map(values => {
    const row: Record<string, unknown> = {}
    for (let at = 0; at < values.length; at++) row[columnNames[at] ?? ''] = values[at]
    return row
  })
}

function open(file: string, isAlone: boolean): DatabaseSync {
  // Another process may be closing the file, which takes it a moment.
  const database = new DatabaseSync(file, { timeout: OPEN_WAIT_MS })
  try {
    prepareFor(database, isAlone)
    return database
  } catch (error) {
    database.close() // a connection that is left open would keep others from being alone
    throw error
  }
}

function prepareFor(database: DatabaseSync, isAlone: boolean): void {
  // Every connection to a file with a write-ahead log has a part in its lock; the whole of it leaves room for no other.
  if (isAlone) database.exec('pragma locking_mode = exclusive')
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = full')
  database.exec('pragma cache_size = -16384')
  database.exec('pragma temp_store = memory')
  // SQLite would sleep away a wait with the whole process. Whoever writes waits and tries again.
  database.exec('pragma busy_timeout = 0')
}

type Bindable = string | number | null

/** What this product binds; anything else is a mistake of its own. */
function bindable(parameters: readonly unknown[]): Bindable[] {
  return parameters.map(value => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value
    throw new TypeError(`cannot bind a ${typeof value} to SQL`)
  })
}
