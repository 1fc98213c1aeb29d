// One transaction for a group of writes, made on whichever thread has the engine.
import type { Settled } from '../../ground/groups.ts'
import type { SaveOutcome } from '../../ground/save-outcome.ts'
import type { Engine } from './engine.ts'

/** A step as the engine takes it. */
export interface PlainStep {
  sql: string
  parameters: readonly unknown[]
  /** The outcome when this step changes no row. */
  otherwise: SaveOutcome | undefined
}

/**
 * Answers once the group is durable; throws where nothing of it was kept. Mostly all writes succeed, so they are run
 * without a savepoint each: one makes the index of names write out what it has gathered, which costs more than the write.
 * Where one of them changes nothing, or fails, all are undone and run again, each apart from its neighbours.
 * `beforeCommit` may add to the transaction.
 */
export function commitGroup(
  engine: Engine,
  group: PlainStep[][],
  beforeCommit: () => void,
): Settled<SaveOutcome>[] {
  const run = (act: () => Settled<SaveOutcome>[] | undefined) => commitUnless(engine, act, beforeCommit)
  return run(() => runTogether(engine, group)) ?? run(() => group.map(steps => runApart(engine, steps))) ?? []
}

/** Undoes what `act` has done where it answers undefined. */
function commitUnless(
  engine: Engine,
  act: () => Settled<SaveOutcome>[] | undefined,
  beforeCommit: () => void,
): Settled<SaveOutcome>[] | undefined {
  engine.run('begin immediate', [])
  try {
    const settled = act()
    if (settled !== undefined) beforeCommit()
    engine.run(settled === undefined ? 'rollback' : 'commit', [])
    return settled
  } catch (error) {
    rollback(engine)
    throw error
  }
}

/** Undefined where a write would have to be undone alone. */
function runTogether(engine: Engine, group: PlainStep[][]): Settled<SaveOutcome>[] | undefined {
  try {
    for (const steps of group) if (runAll(engine, steps) !== 'saved') return undefined
    return group.map(() => ({ value: 'saved' }))
  } catch (error) {
    if (!engine.isInTransaction()) throw error // SQLite has undone the whole group, as on a full disk
    return undefined
  }
}

/** A write that changes nothing, or fails, takes none of its neighbours with it. */
function runApart(engine: Engine, steps: PlainStep[]): Settled<SaveOutcome> {
  engine.run('savepoint one', [])
  try {
    const outcome = runAll(engine, steps)
    if (outcome !== 'saved') undo(engine)
    engine.run('release one', [])
    return { value: outcome }
  } catch (error) {
    if (!engine.isInTransaction()) throw error // as above
    undo(engine)
    engine.run('release one', [])
    return { error }
  }
}

const undo = (engine: Engine): number => engine.run('rollback to one', [])

function runAll(engine: Engine, steps: PlainStep[]): SaveOutcome {
  for (const { sql, parameters, otherwise } of steps) {
    const changed = engine.run(sql, parameters)
    if (otherwise !== undefined && changed === 0) return otherwise
  }
  return 'saved'
}

function rollback(engine: Engine): void {
  if (engine.isInTransaction()) engine.exec('rollback')
}
