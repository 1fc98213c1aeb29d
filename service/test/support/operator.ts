// An operator of a running service: a key that administers the installation, and what it is used for in tests.
import { createKey } from '../../src/keys/create.ts'
import { send } from './replays.ts'
import { postJson } from './reserve.ts'
import type { RunningService, Tenant } from './start-service.ts'

export interface ToldKey {
  key_id: string
  workspace_id: string
  name: string
  scopes: string[]
  status: string
  expires_at: number | null
  revoked_at: number | null
  last_used_at: number | null
  replaced_by: string | null
}
export type NewKey = ToldKey & { api_key: string }
export type RotatedKey = NewKey & { replaces: { key_id: string; ends_at: number } }

export interface Operator extends Tenant {
  keyAt(keyId: string): Promise<ToldKey>
  rotated(keyId: string, body?: { overlap_seconds: number }): Promise<RotatedKey>
  /** A key for that workspace. */
  madeKey(workspaceId: string, terms?: Record<string, unknown>): Promise<NewKey>
}

/** Someone with a key of these scopes for the first workspace. */
export async function holderOf(herbarium: RunningService, ...scopes: string[]): Promise<Tenant> {
  const { service, workspaceId } = herbarium
  const ports = { keys: service.records.keys, ...service.world }
  const { secret } = await createKey(ports, { workspaceId, name: 'scoped', scopes })
  return herbarium.tenantOf(secret, workspaceId)
}

/** May administer and nothing else. */
export async function operatorOf(herbarium: RunningService): Promise<Operator> {
  const tenant = await holderOf(herbarium, 'admin')
  return Object.assign(tenant, {
    keyAt: (keyId: string) => said<ToldKey>(tenant.call(`/admin/keys/${keyId}`)),
    rotated: (keyId: string, body?: { overlap_seconds: number }) =>
      said<RotatedKey>(send(tenant, `/admin/keys/${keyId}/rotate`, { body })),
    madeKey: (workspace_id: string, terms: Record<string, unknown> = {}) =>
      said<NewKey>(postJson(tenant, '/admin/keys', { workspace_id, name: 'made', ...terms })),
  })
}

/** The answer's body; throws on a refusal. Its shape was checked against the document. */
export async function said<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
