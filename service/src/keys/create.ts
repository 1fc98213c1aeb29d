// Creating an API key for a workspace.
import type { Clock } from '../ground/clock.ts'
import { notFound } from '../ground/errors.ts'
import type { Ids } from '../ground/ids.ts'
import { issueKey, type Key, type KeyTerms } from './key.ts'
import type { KeyRecords } from './ports.ts'

/** Answers the key and its secret; the secret cannot be had again. Throws `not_found` for an unknown workspace. */
export async function createKey(
  ports: { keys: KeyRecords; clock: Clock; ids: Ids },
  terms: KeyTerms,
): Promise<{ key: Key; secret: string }> {
  const issued = issueKey(ports, terms)
  if (!(await ports.keys.insert(issued.key))) throw notFound('workspace')
  return issued
}
