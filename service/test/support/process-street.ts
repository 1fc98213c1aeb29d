// A server in a process of its own, with all that the steps of an upload ask of one.
import { FLORA } from '@flora-ai/flora'
import { type CheckedFetch, createCheckedFetch } from './checked-fetch.ts'
import type { Tenant } from './start-service.ts'

export interface ReachedTenant extends Tenant {
  origin: string
  fetch: CheckedFetch
}

/** Whoever has this key, at this server. */
export function tenantAt(
  { origin }: { origin: string },
  { apiKey, workspaceId }: { apiKey: string; workspaceId: string },
): ReachedTenant {
  const base = `${origin}/api/v1`
  const fetch = createCheckedFetch(() => base)
  return {
    origin,
    apiKey,
    workspaceId,
    fetch,
    client: new FLORA({ apiKey, baseURL: base, fetch, maxRetries: 0 }),
    call: (path, init = {}) => {
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${apiKey}`)
      return fetch(`${base}${path}`, { ...init, headers })
    },
  }
}
