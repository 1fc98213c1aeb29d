// One transaction a write: begun, run and committed without letting anything else run in between.
import type { SaveOutcome } from '../../ground/save-outcome.ts'
import type { Step, Write } from '../write.ts'
import type { Engine } from './engine.ts'
import { whenFree } from './lock.ts'

/** The engine is synchronous, so reads through the same connection never see half a write. */
export const createWrite =
  (engine: Engine): Write =>
  steps =>
    whenFree(() => transact(engine, steps))

function transact(engine: Engine, steps: Step[]): SaveOutcome {
  engine.exec('begin immediate')
  try {
    const outcome = runAll(engine, steps)
    engine.exec(outcome === 'saved' ? 'commit' : 'rollback')
    return outcome
  } catch (error) {
    rollback(engine)
    throw error
  }
}

function runAll(engine: Engine, steps: Step[]): SaveOutcome {
  for (const { query, otherwise } of steps) {
    const changed = engine.run(query.sql, query.parameters)
    if (otherwise !== undefined && changed === 0) return otherwise
  }
  return 'saved'
}

function rollback(engine: Engine): void {
  try {
    engine.exec('rollback')
  } catch {
    // SQLite has rolled back by itself after some errors; the first error is the one to tell
  }
}
