// The steps of an upload, one by one, for tests that need an asset in a certain state.
import { setTimeout as delay } from 'node:timers/promises'
import { type AssetUpload, formWith, type Reservation, reserve } from './reserve.ts'
import { sampleBytes } from './samples.ts'
import type { RunningService, Tenant } from './start-service.ts'

/** Whoever can reach the door: no key is needed there. */
type Reach = Pick<RunningService, 'fetch'>

/** Sends the bytes as FLORA's clients do: a form to `upload.url`. */
export function postFile(
  reach: Reach,
  to: Pick<Reservation, 'upload'>,
  bytes: Uint8Array,
): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of Object.entries(to.upload.form_fields)) form.append(name, value)
  form.append(to.upload.file_field, new Blob([new Uint8Array(bytes)]))
  return reach.fetch(to.upload.url, { method: 'POST', body: form })
}

/** Sends a form to our own door, wherever `upload.url` leads. */
export function formToDoor(
  reach: Reach,
  to: Pick<Reservation, 'upload_url'>,
  bytes: Uint8Array,
): Promise<Response> {
  return reach.fetch(to.upload_url, { method: 'POST', body: formWith(new Uint8Array(bytes)) })
}

/** Sends the bytes raw to `upload_url`. */
export const putFile = (
  reach: Reach,
  to: Pick<Reservation, 'upload_url'>,
  bytes: Uint8Array,
): Promise<Response> => reach.fetch(to.upload_url, { method: 'PUT', body: new Uint8Array(bytes) })

/** A reservation whose bytes have arrived; nobody has completed it. */
export async function uploaded(
  herbarium: RunningService,
  said: Record<string, unknown> = {},
  bytes?: Uint8Array,
): Promise<Reservation> {
  const reservation = await reserve(herbarium, said)
  const sent = await postFile(herbarium, reservation, bytes ?? (await sampleBytes('i.png')))
  if (!sent.ok) throw new Error(`upload: ${sent.status} ${await sent.text()}`)
  return reservation
}

/** The form of a direct upload; a field may be given before (`said`) or after the file (`saidAfter`). */
export function directForm(
  tenant: Tenant,
  bytes: Uint8Array,
  said: Record<string, string> = {},
  saidAfter: Record<string, string> = {},
): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries({ workspace_id: tenant.workspaceId, ...said }))
    form.append(name, value)
  form.append('file', new Blob([new Uint8Array(bytes)]), 'blob')
  for (const [name, value] of Object.entries(saidAfter)) form.append(name, value)
  return form
}

/** POSTs a form to /assets. */
export const postAsset = (tenant: Tenant, form: FormData, init: RequestInit = {}): Promise<Response> =>
  tenant.call('/assets', { ...init, method: 'POST', body: form })

/** An asset stored in one request: ready, or failed for bytes that deserve it. */
export async function stored(
  tenant: Tenant,
  said: Record<string, string> = {},
  bytes?: Uint8Array,
): Promise<AssetUpload> {
  const response = await postAsset(tenant, directForm(tenant, bytes ?? (await sampleBytes('i.png')), said))
  if (response.status !== 201) throw new Error(`direct: ${response.status} ${await response.text()}`)
  return (await response.json()) as AssetUpload // checked against the document by the tenant's fetch
}

/** Below /api/v1 with the tenant's key, without a body. */
export const post = (tenant: Tenant, path: string): Promise<Response> => tenant.call(path, { method: 'POST' })

/** Completes the asset, over HTTP, and reads the answer. */
export async function completed(tenant: Tenant, assetId: string): Promise<AssetUpload> {
  const response = await post(tenant, `/assets/${assetId}/complete`)
  if (response.status !== 200) throw new Error(`complete: ${response.status} ${await response.text()}`)
  return (await response.json()) as AssetUpload // checked against the document by the tenant's fetch
}

/** Asks for fresh instructions, over HTTP, and reads them. */
export async function retried(tenant: Tenant, assetId: string): Promise<Reservation> {
  const response = await post(tenant, `/assets/${assetId}/retry`)
  if (response.status !== 200) throw new Error(`retry: ${response.status} ${await response.text()}`)
  return (await response.json()) as Reservation // checked against the document by the tenant's fetch
}

/** Asks every 20 ms until the answer satisfies; throws when it has not after five seconds. */
export async function until<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 250; tries++) {
    const answer = await ask()
    if (satisfies(answer)) return answer
    await delay(20)
  }
  throw new Error('waited five seconds in vain')
}
