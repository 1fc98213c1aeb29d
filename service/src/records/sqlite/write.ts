// Group commit: writes that come while one is being made are made together, with one sync of the log for all of them.
import type { SaveOutcome } from '../../ground/save-outcome.ts'
import type { Step, Write } from '../write.ts'
import type { Engine } from './engine.ts'
import { whenFree } from './lock.ts'

/** A write that waits for its turn. */
interface Waiting {
  steps: Step[]
  resolve(outcome: SaveOutcome): void
  reject(error: unknown): void
}

/** What became of one write; told only once its group is durable. */
type Settle = () => void

/** A group holds up everything else for as long as its statements and one sync take. */
const MAX_GROUP = 128

/**
 * The engine is synchronous, so reads through the same connection never see half a group, and nothing is answered before
 * its log is synced. `beforeCommit` may add to each transaction.
 */
export function createWrite(engine: Engine, beforeCommit: () => void = () => undefined): Write {
  let waiting: Waiting[] = []
  let isRunning = false
  const run = async () => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, MAX_GROUP)
      waiting = waiting.slice(MAX_GROUP)
      await whenFree(() => transact(engine, group, beforeCommit)).catch(error => {
        for (const { reject } of group) reject(error)
      })
    }
    isRunning = false
  }
  return steps =>
    new Promise((resolve, reject) => {
      waiting.push({ steps, resolve, reject })
      if (isRunning) return
      isRunning = true
      setImmediate(run) // after everything that is ready to write has said so
    })
}

/**
 * One transaction; throws where nothing of it was kept. Mostly all writes succeed, so they are run without a savepoint
 * each: one makes the index of names write out what it has gathered, which costs more than the write. Where one of them
 * changes nothing, or fails, all are undone and run again, each apart from its neighbours.
 */
function transact(engine: Engine, group: Waiting[], beforeCommit: () => void): void {
  const run = (act: () => Settle[] | undefined) => commitUnless(engine, act, beforeCommit)
  const settled =
    run(() => runTogether(engine, group)) ?? run(() => group.map(write => runApart(engine, write)))
  for (const settle of settled ?? []) settle()
}

/** Undoes what `act` has done where it answers undefined. */
function commitUnless(
  engine: Engine,
  act: () => Settle[] | undefined,
  beforeCommit: () => void,
): Settle[] | undefined {
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
function runTogether(engine: Engine, group: Waiting[]): Settle[] | undefined {
  try {
    for (const { steps } of group) if (runAll(engine, steps) !== 'saved') return undefined
    return group.map(
      ({ resolve }) =>
        () =>
          resolve('saved'),
    )
  } catch (error) {
    if (!engine.isInTransaction()) throw error // SQLite has undone the whole group, as on a full disk
    return undefined
  }
}

/** A write that changes nothing, or fails, takes none of its neighbours with it. */
function runApart(engine: Engine, { steps, resolve, reject }: Waiting): Settle {
  engine.run('savepoint one', [])
  try {
    const outcome = runAll(engine, steps)
    if (outcome !== 'saved') undo(engine)
    engine.run('release one', [])
    return () => resolve(outcome)
  } catch (error) {
    if (!engine.isInTransaction()) throw error // as above
    undo(engine)
    engine.run('release one', [])
    return () => reject(error)
  }
}

const undo = (engine: Engine): number => engine.run('rollback to one', [])

function runAll(engine: Engine, steps: Step[]): SaveOutcome {
  for (const { query, otherwise } of steps) {
    const changed = engine.run(query.sql, query.parameters)
    if (otherwise !== undefined && changed === 0) return otherwise
  }
  return 'saved'
}

function rollback(engine: Engine): void {
  if (engine.isInTransaction()) engine.exec('rollback')
}
