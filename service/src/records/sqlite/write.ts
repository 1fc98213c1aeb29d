// Group commit: writes that come while one is being made are made together, with one sync of the log for all of them.
import { createGroups, type Settled } from '../../ground/groups.ts'
import type { SaveOutcome } from '../../ground/save-outcome.ts'
import type { Write } from '../write.ts'
import { commitGroup, type PlainStep } from './commit-group.ts'
import type { Engine } from './engine.ts'
import { whenFree } from './lock.ts'
import { growNameIndex } from './name-index.ts'

/** Makes one transaction of a group; answers what became of each write, once all is durable. */
export type Commit = (group: PlainStep[][]) => Promise<Settled<SaveOutcome>[]>

/** A group holds up those that come after it for as long as its statements and one sync take. */
const MAX_GROUP = 128

/** Commits on this thread. The engine is synchronous, so reads through it never see half a group. */
export const commitHere =
  (engine: Engine, beforeCommit: () => void = () => undefined): Commit =>
  group =>
    whenFree(() => commitGroup(engine, group, beforeCommit))

/** The same of rows whose names are searched for. */
export const commitNamed = (engine: Engine): Commit => commitHere(engine, () => growNameIndex(engine))

export function createWrite(commit: Commit): Write {
  const write = createGroups(MAX_GROUP, commit)
  return steps =>
    write(steps.map(({ query: { sql, parameters }, otherwise }) => ({ sql, parameters, otherwise })))
}
