// What a key may do.

/** In the order in which they are told. */
export const SCOPES = ['assets:read', 'assets:write', 'assets:delete', 'projects:write', 'admin'] as const

export type Scope = (typeof SCOPES)[number]

/** What a key may be given; `*` stands for everything that is done inside one workspace: all scopes but `admin`. */
export const GRANTED_SCOPES = ['*', ...SCOPES] as const

export type GrantedScope = (typeof GRANTED_SCOPES)[number]

export const hasScope = (granted: readonly GrantedScope[], scope: Scope): boolean =>
  granted.includes(scope) || (scope !== 'admin' && granted.includes('*'))
