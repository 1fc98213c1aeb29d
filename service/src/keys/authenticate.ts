// From the secret a request carries to the one who asks.
import type { Caller } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import { invalidKey } from '../ground/errors.ts'
import { isSame } from '../ground/secrets.ts'
import { hashOf, isUsable, looksLikeKey, type OpeningKey } from './key.ts'
import type { KeyRecords } from './ports.ts'

type AuthenticatePorts = { keys: KeyRecords; clock: Clock }

/** Throws `invalid_api_key` for a secret that is malformed, unknown, expired or revoked, alike in all four. */
export async function authenticate(ports: AuthenticatePorts, secret: string): Promise<Caller> {
  if (!looksLikeKey(secret)) throw invalidKey()
  const hash = hashOf(secret)
  const key = await ports.keys.findByHash(hash)
  if (key === undefined || !isSame(key.hash, hash) || !isUsable(key, ports.clock.now())) throw invalidKey()
  return asCaller(key)
}

/** The one whom a key stands for, by the key's id; undefined once it is revoked or has expired. */
export async function callerOf(ports: AuthenticatePorts, keyId: string): Promise<Caller | undefined> {
  const key = await ports.keys.find(keyId)
  if (key === undefined || !isUsable(key, ports.clock.now())) return undefined
  return asCaller(key)
}

const asCaller = ({ id, workspaceId, scopes, mode, mediaAccess }: OpeningKey): Caller => ({
  keyId: id,
  workspaceId,
  scopes,
  mode,
  mediaAccess,
})
