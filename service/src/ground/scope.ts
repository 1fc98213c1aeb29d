// What a key may do.

/** In the order in which they are told. */
export const SCOPES = ['assets:read', 'assets:write', 'assets:delete', 'projects:write', 'admin'] as const

export type Scope = (typeof SCOPES)[number]

/** `*` stands for everything that is done inside one workspace: all scopes but `admin`. */
export type GrantedScope = Scope | '*'

export const hasScope = (granted: readonly GrantedScope[], scope: Scope): boolean =>
  granted.includes(scope) || (scope !== 'admin' && granted.includes('*'))
