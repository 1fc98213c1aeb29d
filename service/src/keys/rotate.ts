// A successor for a key; the old one opens beside it for a while, so that nobody is shut out meanwhile.
import type { Clock } from '../ground/clock.ts'
import { conflict, invalidField } from '../ground/errors.ts'
import type { Ids } from '../ground/ids.ts'
import { findKey } from './find.ts'
import { issueKey, type Key, statusOf } from './key.ts'
import type { KeyRecords, Replacement } from './ports.ts'

export const DEFAULT_OVERLAP_MS = 24 * 60 * 60 * 1000

export const MAX_OVERLAP_SECONDS = 90 * 86_400

export interface Rotated {
  key: Key
  /** Told once. */
  secret: string
  /** The old key, and when it ends. */
  replaced: { keyId: string; endsAt: number }
}

/**
 * The successor is as the old key was: workspace, mode, name, scopes, and length of life. The old one ends after the
 * overlap, or at its own expiry if that is earlier; without an overlap it is revoked. Throws `conflict` for a key that
 * no longer opens anything, or has a successor.
 */
export async function rotateKey(
  ports: { keys: KeyRecords; clock: Clock; ids: Ids },
  { keyId, overlapMs = DEFAULT_OVERLAP_MS }: { keyId: string; overlapMs?: number | undefined },
): Promise<Rotated> {
  if (!(overlapMs >= 0 && overlapMs <= MAX_OVERLAP_SECONDS * 1000))
    throw invalidField('overlap_seconds', `must be from 0 to ${MAX_OVERLAP_SECONDS}`)
  const now = ports.clock.now()
  const old = await findKey(ports, keyId)
  const fault = faultOf(old, now)
  if (fault !== undefined) throw fault
  const { key, secret } = issueKey(ports, {
    ...old,
    expiresAt: old.expiresAt === null ? null : now + (old.expiresAt - old.createdAt),
  })
  const endsAt = Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, now + overlapMs)
  const ends: Replacement['ends'] = overlapMs === 0 ? { revokedAt: now } : { expiresAt: endsAt }
  if ((await ports.keys.replace({ keyId, successor: key, ends, at: now })) === 'stale')
    throw faultOf(await findKey(ports, keyId), now) ?? conflict('This key has just changed: try again.', true)
  return { key, secret, replaced: { keyId, endsAt } }
}

/** Why a key cannot be rotated. */
function faultOf(key: Key, now: number) {
  const { replacedBy } = key
  if (replacedBy !== null)
    return conflict(`This key was rotated already: its successor is ${replacedBy}; rotate that one.`, false)
  const status = statusOf(key, now)
  return status === 'active'
    ? undefined
    : conflict(`This key is ${status} and cannot be rotated: create another one.`, false)
}
