// From the secret a request carries to the one who asks.
import type { Actor } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import { invalidKey } from '../ground/errors.ts'
import { isSame } from '../ground/secrets.ts'
import { hashOf, isUsable, looksLikeKey } from './key.ts'
import type { KeyRecords } from './ports.ts'

/** Throws `invalid_api_key` for a secret that is malformed, unknown, expired or revoked, alike in all four. */
export async function authenticate(
  ports: { keys: KeyRecords; clock: Clock },
  secret: string,
): Promise<Actor> {
  if (!looksLikeKey(secret)) throw invalidKey()
  const hash = hashOf(secret)
  const key = await ports.keys.findByHash(hash)
  if (key === undefined || !isSame(key.hash, hash) || !isUsable(key, ports.clock.now())) throw invalidKey()
  return { keyId: key.id, workspaceId: key.workspaceId }
}
