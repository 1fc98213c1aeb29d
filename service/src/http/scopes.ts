// What a key must be allowed for a route to answer it.
import type { Caller } from '../ground/actor.ts'
import { beyondScopes } from '../ground/errors.ts'
import { hasScope, SCOPES, type Scope } from '../ground/scope.ts'
import type { App } from './app.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A key needs one of them. */
    scopes?: readonly Scope[]
  }
}

/** For the `config` of a route: a key needs one of these scopes. */
export const needs = (...scopes: [Scope, ...Scope[]]) => ({ scopes })

/** For what every key may ask. */
export const needsAny = { scopes: SCOPES }

/** Refuses to start with a route that does not say what it needs: a new one must not be open to every key. */
export function mustNameScopes(app: App): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (method === 'OPTIONS') return // a preflight request has no key and is answered before any is asked for
    if (config?.scopes === undefined) throw new Error(`${method} ${url} does not say which scopes it needs`)
  })
}

/** Throws `forbidden` for a key that has none of them. */
export function mustHaveScope({ scopes: granted }: Caller, scopes: readonly Scope[] = []): void {
  if (!scopes.some(scope => hasScope(granted, scope))) throw beyondScopes(scopes)
}
