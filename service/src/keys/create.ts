// Creating an API key for a workspace.
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import { issueKey, type Key, type KeyTerms } from './key.ts'
import type { KeyRecords } from './ports.ts'

/** Answers the key and its secret; the secret cannot be had again. */
export async function createKey(
  ports: { keys: KeyRecords; clock: Clock; ids: Ids },
  terms: KeyTerms,
): Promise<{ key: Key; secret: string }> {
  const issued = issueKey(ports, terms)
  await ports.keys.insert(issued.key)
  return issued
}
