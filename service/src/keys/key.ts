// An API key: shown once, kept only as a hash.
import { createHash } from 'node:crypto'
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import { label } from '../ground/label.ts'

export interface Key {
  id: string
  workspaceId: string
  name: string
  /** The first characters of the secret, enough to recognise it in a list. */
  prefix: string
  /** SHA-256 of the whole secret, in hex. */
  hash: string
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
}

const LIVE_PREFIX = 'sk_live_'
const SHOWN_CHARACTERS = LIVE_PREFIX.length + 4

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Whether a string has the shape of a live key: the prefix and 256 bits in base64url. */
export const looksLikeKey = (secret: string): boolean => /^sk_live_[A-Za-z0-9_-]{43}$/.test(secret)

/** A new key and its secret, which is not kept. */
export function issueKey(
  ports: { clock: Clock; ids: Ids },
  input: { workspaceId: string; name: string },
): { key: Key; secret: string } {
  const secret = LIVE_PREFIX + ports.ids.secret()
  const key: Key = {
    id: ports.ids.id('key'),
    workspaceId: input.workspaceId,
    name: label('name', input.name),
    prefix: secret.slice(0, SHOWN_CHARACTERS),
    hash: hashOf(secret),
    createdAt: ports.clock.now(),
    expiresAt: null,
    revokedAt: null,
  }
  return { key, secret }
}

export const isUsable = (key: Key, now: number): boolean =>
  key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now)
