// PostgreSQL's errors, translated at its wall.
import { DatabaseError } from 'pg'
import { Refusal, unavailable } from '../../ground/errors.ts'

/** A primary that has become a standby. */
const READ_ONLY = '25006'
/**
 * Connections, who may have one, resources, operators, the system, and rows that are damaged: by the class of the
 * SQLSTATE.
 */
const TROUBLE_CLASSES = new Set(['08', '28', '53', '57', '58', 'XX'])
/** No such database, locks that are not to be had, time that ran out, a server that only reads. */
const TROUBLE = new Set(['3D000', '40001', '40P01', '55P03', '25P03', '25P04', READ_ONLY])

/** Of a write that met another one: nothing of it was kept, and the next try sees what the other has done. */
const CROSSED = new Set(['40001', '40P01', '23503'])

/** What ails server, network or pool is `unavailable`; a mistake in a query stays what it is. */
export function translated(error: unknown): unknown {
  if (error instanceof Refusal) return error
  if (error instanceof DatabaseError) return isTrouble(error.code ?? '') ? unavailable(error) : error
  return error instanceof TypeError ? error : unavailable(error)
}

const isTrouble = (code: string): boolean => TROUBLE_CLASSES.has(code.slice(0, 2)) || TROUBLE.has(code)

/**
 * Two that wait for each other, or a row that was referred to and went meanwhile: a write that meets one of these may
 * be tried again.
 */
export const hasCrossed = (error: unknown): boolean =>
  error instanceof DatabaseError && CROSSED.has(error.code ?? '')

/** Whether the server itself said that the query failed, and can be asked again; not so one that only reads by now. */
export const isAnswer = (error: unknown): boolean =>
  error instanceof DatabaseError &&
  error.severity !== 'FATAL' &&
  error.severity !== 'PANIC' &&
  error.code !== READ_ONLY

/** What to tell an operator; an address that refuses by several ways has no message of its own. */
export function wordsOf(error: unknown): string {
  const cause = error instanceof Refusal ? error.cause : error
  if (cause instanceof AggregateError) return cause.errors.map(wordsOf).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}
