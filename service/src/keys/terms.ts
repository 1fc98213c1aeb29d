// What a key may be made for: its scopes, and how long it lives.
import type { Clock } from '../ground/clock.ts'
import { invalidField } from '../ground/errors.ts'
import { GRANTED_SCOPES, type GrantedScope } from '../ground/scope.ts'

/** Ten years, with their leap days. */
const MAX_LIFE_MS = 3653 * 86_400_000

/** Each once, and none that `*` has in it. Throws a refusal on `scopes` for none, and for one that is unknown. */
export function scopesIn(given: readonly string[]): GrantedScope[] {
  const scopes = GRANTED_SCOPES.filter(scope => given.includes(scope))
  const isKnown = given.every(scope => scopes.some(known => known === scope))
  if (scopes.length === 0 || !isKnown)
    throw invalidField('scopes', `must be one or more of ${GRANTED_SCOPES.join(', ')}`)
  return scopes.includes('*') ? scopes.filter(scope => scope === '*' || scope === 'admin') : scopes
}

/** Null for a key that does not expire. Throws a refusal on `expires_at`. */
export function expiryIn({ clock }: { clock: Clock }, expiresAt: number | null): number | null {
  const now = clock.now()
  if (expiresAt !== null && !(expiresAt > now && expiresAt <= now + MAX_LIFE_MS))
    throw invalidField('expires_at', 'must lie in the future and at most 10 years ahead')
  return expiresAt
}
