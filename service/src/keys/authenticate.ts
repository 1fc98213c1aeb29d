// From the secret a request carries to the one who asks.
import type { Actor } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import { invalidKey } from '../ground/errors.ts'
import { isSame } from '../ground/secrets.ts'
import { hashOf, isUsable, looksLikeKey } from './key.ts'
import type { KeyRecords } from './ports.ts'

type AuthenticatePorts = { keys: KeyRecords; clock: Clock }

/** Throws `invalid_api_key` for a secret that is malformed, unknown, expired or revoked, alike in all four. */
export async function authenticate(ports: AuthenticatePorts, secret: string): Promise<Actor> {
  if (!looksLikeKey(secret)) throw invalidKey()
  const hash = hashOf(secret)
  const key = await ports.keys.findByHash(hash)
  if (key === undefined || !isSame(key.hash, hash) || !isUsable(key, ports.clock.now())) throw invalidKey()
  return { keyId: key.id, workspaceId: key.workspaceId }
}

/** The one whom a key stands for, by the key's id; undefined once it is revoked or has expired. */
export async function actorOf(ports: AuthenticatePorts, keyId: string): Promise<Actor | undefined> {
  const key = await ports.keys.find(keyId)
  if (key === undefined || !isUsable(key, ports.clock.now())) return undefined
  return { keyId, workspaceId: key.workspaceId }
}
