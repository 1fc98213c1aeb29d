// SQLite's errors, translated at its wall.
import { Refusal, unavailable } from '../../ground/errors.ts'

const BUSY = 5
/** BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB. */
const TROUBLE = new Set([BUSY, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26])

/** Runs an operation of the engine; what ails file, disk or lock is thrown as `unavailable`. */
export function onEngine<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw TROUBLE.has(primaryCode(error) ?? 0) ? unavailable(error) : error
  }
}

/** Whether another has the lock that was asked for. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Refusal && primaryCode(error.cause) === BUSY

/** The low byte of SQLite's extended result code. */
function primaryCode(error: unknown): number | undefined {
  const code = errcodeOf(error)
  return code === undefined ? undefined : code & 0xff
}

export const errcodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined
