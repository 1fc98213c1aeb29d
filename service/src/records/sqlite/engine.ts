// One SQLite file, opened durably, with its errors translated.
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { unavailable } from '../../ground/errors.ts'

/** BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB. */
const ENGINE_TROUBLE = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26])

export interface Engine {
  run(sql: string, parameters: readonly unknown[]): number
  all(sql: string, parameters: readonly unknown[]): unknown[]
  /** Whether the statement answers rows. */
  isReader(sql: string): boolean
  exec(sql: string): void
  close(): void
}

/** Opens the file with write-ahead logging and an fsync at every commit. */
export function openEngine(file: string): Engine {
  const database = guarded(() => open(file))
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string) => {
    const kept = statements.get(sql)
    if (kept !== undefined) return kept
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  return {
    run: (sql, parameters) => guarded(() => Number(prepare(sql).run(...bindable(parameters)).changes)),
    all: (sql, parameters) => guarded(() => prepare(sql).all(...bindable(parameters))),
    isReader: sql => guarded(() => prepare(sql).columns().length > 0),
    exec: sql => guarded(() => database.exec(sql)),
    close: () => database.close(),
  }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = full')
  database.exec('pragma cache_size = -32768')
  database.exec('pragma temp_store = memory')
  return database
}

type Bindable = string | number | null

/** What this product binds; anything else is a mistake of its own. */
function bindable(parameters: readonly unknown[]): Bindable[] {
  return parameters.map(value => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value
    throw new TypeError(`cannot bind a ${typeof value} to SQL`)
  })
}

function guarded<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw isEngineTrouble(error) ? unavailable(error) : error
  }
}

const isEngineTrouble = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  ENGINE_TROUBLE.has(error.errcode & 0xff) // the low byte of an extended code is its primary code
