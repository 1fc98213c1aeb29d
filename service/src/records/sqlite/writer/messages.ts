// What the service and its writer's thread say to each other: SQL once, and afterwards by its number.
import type { SaveOutcome } from '../../../ground/save-outcome.ts'
import type { PlainStep } from '../commit-group.ts'

/** The number of a statement, its values, and the outcome when it changes no row. */
export type NumberedStep = [statement: number, parameters: readonly unknown[], otherwise?: SaveOutcome]

export interface GroupMessage {
  /** Statements that were not said before, and the number of the first; those from it on are forgotten. */
  statements: string[]
  from: number
  writes: NumberedStep[][]
}

/** Errors as what survives the way between two threads. */
export interface PlainError {
  message: string
  /** Whether the same write may succeed a moment later. */
  isUnavailable: boolean
  /** SQLite's extended result code. */
  errcode: number | undefined
}

export type SettledMessage = SaveOutcome | PlainError

export type ReplyMessage = { settled: SettledMessage[] } | { failed: PlainError }

/** Statements over lists have a text for each length: both ends begin anew where there are so many. */
const MAX_STATEMENTS = 300

/** Gives a number to each statement; those that are new go with the next message. */
export function createNumbering(): (group: PlainStep[][]) => GroupMessage {
  const numbers = new Map<string, number>()
  return group => {
    if (numbers.size > MAX_STATEMENTS) numbers.clear()
    const from = numbers.size
    const statements: string[] = []
    const numberOf = (sql: string): number => {
      const known = numbers.get(sql)
      if (known !== undefined) return known
      statements.push(sql)
      numbers.set(sql, numbers.size)
      return numbers.size - 1
    }
    const writes = group.map(steps =>
      steps.map(
        ({ sql, parameters, otherwise }): NumberedStep =>
          otherwise === undefined ? [numberOf(sql), parameters] : [numberOf(sql), parameters, otherwise],
      ),
    )
    return { statements, from, writes }
  }
}

/** The other end of a numbering. */
export function createNumbered(): (message: GroupMessage) => PlainStep[][] {
  const known: string[] = []
  return ({ statements, from, writes }) => {
    known.splice(from, Number.POSITIVE_INFINITY, ...statements)
    return writes.map(steps =>
      steps.map(([statement, parameters, otherwise]) => ({
        sql: known[statement] ?? '',
        parameters,
        otherwise,
      })),
    )
  }
}
