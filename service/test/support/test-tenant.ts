// Someone with a test key, and the fault that their requests ask for.
import { createKeyIn } from '../../src/workspaces/test-space.ts'
import type { RunningService, Tenant } from './start-service.ts'

/** A key for the tests of `live`, in the workspace that is there for them. */
export async function testTenantOf(herbarium: RunningService, live: Tenant): Promise<Tenant> {
  const { records, world } = herbarium.service
  const terms = { workspaceId: live.workspaceId, name: 'of a test', mode: 'test' } as const
  const { key, secret } = await createKeyIn({ ...records, ...world }, terms)
  return herbarium.tenantOf(secret, key.workspaceId)
}

export const FAULT = 'Herbarium-Fault'

/** The same, asking for this fault with every request. */
export const askingFor = (tenant: Tenant, fault: string): Tenant => ({
  ...tenant,
  get client() {
    return tenant.client.withOptions({ defaultHeaders: { [FAULT]: fault } })
  },
  call: (path, init = {}) => {
    const headers = new Headers(init.headers)
    headers.set(FAULT, fault)
    return tenant.call(path, { ...init, headers })
  },
})
