// One transaction a write, all of it sent at once.
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseError, type PoolClient } from 'pg'
import type { SaveOutcome } from '../../ground/save-outcome.ts'
import type { Step, Write } from '../write.ts'
import type { Connections } from './connections.ts'
import { hasCrossed, isAnswer, translated } from './trouble.ts'

const TRIES = 5
const PAUSE_MS = 20
/** What `must_change` of migration 001 raises. */
const UNCHANGED = 'HB001'

/** A write that crossed another one is tried again; one whose end is unknown is not: its caller looks. */
export const createWrite =
  (connections: Connections): Write =>
  async steps => {
    for (let tried = 1; ; tried++) {
      const client = await connections.lend()
      try {
        return await transact(connections, client, steps)
      } catch (error) {
        if (!hasCrossed(error) || tried === TRIES) throw translated(error)
      }
      await delay(randomInt(PAUSE_MS * tried) + 1)
    }
  }

/** One round trip. After a step that fails the server skips the others and answers the commit with a rollback. */
async function transact(connections: Connections, client: PoolClient, steps: Step[]): Promise<SaveOutcome> {
  const sent = [
    client.query('begin'),
    ...steps.map(step => client.query(...asQuery(step))),
    client.query('commit'),
  ]
  const failed = (await Promise.allSettled(sent)).findIndex(({ status }) => status === 'rejected')
  if (failed === -1) {
    client.release()
    return 'saved'
  }
  const error = await sent[failed]?.catch((error: unknown) => error)
  if (isAnswer(error)) client.release()
  else connections.abandon(client)
  const outcome = steps[failed - 1]?.otherwise
  if (outcome !== undefined && isUnchanged(error)) return outcome
  throw error
}

const isUnchanged = (error: unknown): boolean => error instanceof DatabaseError && error.code === UNCHANGED

/** A step that must change a row says so to the server, which then undoes the rest without being asked. */
function asQuery({ query, otherwise }: Step): [sql: string, parameters: unknown[]] {
  if (otherwise === undefined) return [query.sql, [...query.parameters]]
  const sql = `with changed as (${query.sql} returning 1)
    select must_change(count(*), $${query.parameters.length + 1}) from changed`
  return [sql, [...query.parameters, otherwise]]
}
