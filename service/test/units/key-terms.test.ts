// What a key may be made for, and which routes it opens.
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { hasScope, SCOPES } from '../../src/ground/scope.ts'
import type { App } from '../../src/http/app.ts'
import { mustNameScopes, needs } from '../../src/http/scopes.ts'
import { expiryIn, scopesIn } from '../../src/keys/terms.ts'
import { refusedFields } from '../support/refused-fields.ts'
import { NOON } from '../support/specimens.ts'

describe('Scopes', () => {
  it.each([
    [['assets:read'], ['assets:read']],
    [
      ['assets:write', 'assets:read', 'assets:write'],
      ['assets:read', 'assets:write'],
    ],
    [['*'], ['*']],
    [['projects:write', '*'], ['*']],
    [
      ['admin', '*'],
      ['*', 'admin'],
    ],
    [['admin'], ['admin']],
  ])('%j are kept as %j', (given, kept) => {
    expect(scopesIn(given)).toEqual(kept)
  })

  it.each([[[]], [['']], [['assets']], [['assets:read', 'nope']], [['ADMIN']], [['__proto__']]])(
    '%j are refused',
    given => {
      expect(refusedFields(() => scopesIn(given))).toEqual(['scopes'])
    },
  )

  it('that are refused are told with all there are', () => {
    expect(() => scopesIn(['nope'])).toThrow(/one or more of \*, assets:read, .*projects:write, admin$/)
  })

  it('of everything in a workspace have all but admin', () => {
    expect(SCOPES.filter(scope => !hasScope(['*'], scope))).toEqual(['admin'])
    expect(SCOPES.filter(scope => hasScope(['admin'], scope))).toEqual(['admin'])
  })
})

describe('An expiry', () => {
  const ports = { clock: { now: () => NOON, delay: async () => undefined } }
  const TEN_YEARS_MS = 3652 * 86_400_000

  it.each([null, NOON + 1, NOON + TEN_YEARS_MS])('may be %j', given => {
    expect(expiryIn(ports, given)).toBe(given)
  })

  it.each([NOON, NOON - 1, 0, -1, NOON + TEN_YEARS_MS + 86_400_001, Number.NaN, Number.POSITIVE_INFINITY])(
    'may not be %j',
    given => {
      expect(refusedFields(() => expiryIn(ports, given))).toEqual(['expires_at'])
    },
  )
})

describe('A route', () => {
  it('that does not name its scopes cannot be registered', () => {
    const app = fastify() as unknown as App
    mustNameScopes(app)
    app.get('/open', { config: needs('assets:read') }, () => 'ok')
    expect(() => app.get('/forgotten', () => 'ok')).toThrow('GET /forgotten does not say which scopes')
  })
})
