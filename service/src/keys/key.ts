// An API key: shown once, kept only as a hash.
import { createHash } from 'node:crypto'
import type { MediaAccess, Mode } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import { label } from '../ground/label.ts'
import type { GrantedScope } from '../ground/scope.ts'
import { expiryIn, scopesIn } from './terms.ts'

export interface Key {
  id: string
  workspaceId: string
  name: string
  mode: Mode
  scopes: GrantedScope[]
  /** The first characters of the secret, enough to recognise it in a list. */
  prefix: string
  /** SHA-256 of the whole secret, in hex. */
  hash: string
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
  /** Told now and then: it may lag by a minute. */
  lastUsedAt: number | null
  /** The key that rotation put in its place. */
  replacedBy: string | null
}

export type KeyStatus = 'active' | 'expired' | 'revoked'

/** A key with what is known of the workspace it opens. */
export interface OpeningKey extends Key {
  mediaAccess: MediaAccess
}

const PREFIX_OF = { live: 'sk_live_', test: 'sk_test_' } satisfies Record<Mode, string>
const SHOWN_CHARACTERS = PREFIX_OF.live.length + 4

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Whether a string has the shape of a key: the prefix and 256 bits in base64url. */
export const looksLikeKey = (secret: string): boolean => /^sk_(live|test)_[A-Za-z0-9_-]{43}$/.test(secret)

export interface KeyTerms {
  workspaceId: string
  name: string
  mode?: Mode | undefined
  /** Left out for everything inside the workspace. */
  scopes?: readonly string[] | undefined
  expiresAt?: number | null | undefined
}

/** A new key and its secret, which is not kept. Throws a refusal on `name`, `scopes` or `expires_at`. */
export function issueKey(ports: { clock: Clock; ids: Ids }, terms: KeyTerms): { key: Key; secret: string } {
  const mode = terms.mode ?? 'live'
  const secret = PREFIX_OF[mode] + ports.ids.secret()
  const key: Key = {
    id: ports.ids.id('key'),
    workspaceId: terms.workspaceId,
    name: label('name', terms.name),
    mode,
    scopes: scopesIn(terms.scopes ?? ['*']),
    prefix: secret.slice(0, SHOWN_CHARACTERS),
    hash: hashOf(secret),
    createdAt: ports.clock.now(),
    expiresAt: expiryIn(ports, terms.expiresAt ?? null),
    revokedAt: null,
    lastUsedAt: null,
    replacedBy: null,
  }
  return { key, secret }
}

export function statusOf({ revokedAt, expiresAt }: Key, now: number): KeyStatus {
  if (revokedAt !== null) return 'revoked'
  return expiresAt === null || expiresAt > now ? 'active' : 'expired'
}

export const isUsable = (key: Key, now: number): boolean => statusOf(key, now) === 'active'
