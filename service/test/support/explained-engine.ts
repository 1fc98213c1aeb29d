// An engine that asks, for each statement it is given first, how it will be run.
import type { Engine } from '../../src/records/sqlite/engine.ts'

/** By statement, the steps of its plan. */
export type Plans = Map<string, string[]>

const HAS_PLAN = /^\s*(?:select|with|insert|update|delete)\b/i

export function explained(engine: Engine, plans: Plans): Engine {
  const looked =
    <T>(run: (sql: string, parameters: readonly unknown[]) => T) =>
    (sql: string, parameters: readonly unknown[]) => {
      if (HAS_PLAN.test(sql) && !plans.has(sql)) {
        const steps = engine.all(`explain query plan ${sql}`, parameters) as { detail: string }[] // its columns
        plans.set(
          sql,
          steps.map(({ detail }) => detail),
        )
      }
      return run(sql, parameters)
    }
  return { ...engine, read: looked(engine.read), run: looked(engine.run), all: looked(engine.all) }
}

/** What a step of a plan goes through from end to end; a table with its index. */
const SCANNED = /^SCAN (?!CONSTANT ROW|.* VIRTUAL TABLE)(\w+.*)$/

export const scannedBy = (steps: string[]): string[] => steps.flatMap(step => SCANNED.exec(step)?.[1] ?? [])
