// Reservations as the wire has them: FLORA's guide and its client spell some fields differently, we send both.
import type { z } from 'zod'
import type { assetUpload } from '../../src/http/schemas.ts'
import type { Tenant } from './start-service.ts'

export type AssetUpload = z.output<typeof assetUpload>
/** What a pending asset is answered with: the instructions are there. */
export interface Reservation extends AssetUpload {
  upload: NonNullable<AssetUpload['upload']>
  upload_url: string
  expires_at: string
}

type Caller = Pick<Tenant, 'call' | 'workspaceId'>

/** Reserves an upload; `said` adds to or replaces the fields of the body. */
export async function reserve(tenant: Caller, said: Record<string, unknown> = {}): Promise<Reservation> {
  const response = await postJson(tenant, '/assets', {
    source: 'signed-url',
    workspace_id: tenant.workspaceId,
    ...said,
  })
  if (response.status !== 201) throw new Error(`reserve: ${response.status} ${await response.text()}`)
  return (await response.json()) as Reservation // checked against the document by the tenant's fetch
}

/** POSTs JSON below /api/v1 with the tenant's key. */
export const postJson = (tenant: Pick<Caller, 'call'>, path: string, body: unknown): Promise<Response> =>
  tenant.call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** A form with the file under `file`, as a browser sends it. */
export function formWith(bytes: Uint8Array<ArrayBuffer>, fileName = 'blob'): FormData {
  const form = new FormData()
  form.append('file', new Blob([bytes]), fileName)
  return form
}
