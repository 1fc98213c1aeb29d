// Someone whose workspace has private media.
import type { MediaAccess } from '../../src/ground/actor.ts'
import type { RunningService, Tenant } from './start-service.ts'

export const allow = (herbarium: RunningService, { workspaceId }: Tenant, mediaAccess: MediaAccess) =>
  herbarium.service.records.workspaces.update(workspaceId, { mediaAccess })

export async function signedTenant(herbarium: RunningService): Promise<Tenant> {
  const tenant = await herbarium.newTenant()
  await allow(herbarium, tenant, 'signed')
  return tenant
}

/** A URL with more in its query, or with something else there. */
export function withQuery(url: string, said: Record<string, string>): string {
  const other = new URL(url)
  for (const [name, value] of Object.entries(said)) other.searchParams.set(name, value)
  return other.href
}
