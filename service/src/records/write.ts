// An atomic write as a list of compiled steps, the same for every database.
import type { CompiledQuery } from 'kysely'
import type { SaveOutcome } from '../ground/save-outcome.ts'

export interface Step {
  query: CompiledQuery
  /** The outcome when this step changes no row; the whole write is undone then. */
  otherwise?: Exclude<SaveOutcome, 'saved'>
}

/** Runs all steps in one durable transaction, or none. */
export type Write = (steps: Step[]) => Promise<SaveOutcome>
