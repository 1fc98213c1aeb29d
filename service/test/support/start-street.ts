// A service with a clock to push and an internet in small, and every way that bytes can come in.
import { freePort } from './free-port.ts'
import { type AssetUpload, postJson, type Reservation, reserve } from './reserve.ts'
import { type Internet, startInternet } from './start-internet.ts'
import { type RunningService, startService, type Tenant } from './start-service.ts'
import { createTestClock, type TestClock } from './test-clock.ts'
import { sendPiece, tusPost } from './tus.ts'
import { completed, postFile, putFile, stored, until } from './uploads.ts'

/** How a reserved upload's bytes may be sent. */
export const SIGNED_WAYS = ['form', 'put', 'tus'] as const
/** Every way into the service; the last two make the asset in one request. */
export const WAYS = [...SIGNED_WAYS, 'direct', 'url'] as const

export type SignedWay = (typeof SIGNED_WAYS)[number]
export type Way = (typeof WAYS)[number]

export interface Street {
  herbarium: RunningService
  internet: Internet
  clock: TestClock
  /** A URL of the stranger, which gives these bytes. */
  offer(bytes: Uint8Array): string
  /** Brings the bytes in that way, and to their end: the asset is ready, or failed. */
  bring(way: Way, bytes: Uint8Array, said?: Record<string, string>): Promise<AssetUpload>
  close(): Promise<void>
}

/** The service comes back under the same address after a restart. Its rate is not limited. */
export async function startStreet(environment: Record<string, string> = {}): Promise<Street> {
  const [internet, clock, port] = [await startInternet(), createTestClock(), await freePort()]
  const offered = new Map<string, Buffer>()
  internet.answer = (request, response) => response.end(offered.get(request.url ?? ''))
  const herbarium = await startService({
    environment: { ...internet.environment, PORT: String(port), RATE_LIMIT: 'off', ...environment },
    world: { clock, remote: internet.world },
  })
  const offer = (bytes: Uint8Array) => {
    const path = `/offered/${offered.size}`
    offered.set(path, Buffer.from(bytes))
    return internet.url('files.example.com', path)
  }
  return {
    herbarium,
    internet,
    clock,
    offer,
    bring: async (way, bytes, said = {}) => {
      if (way === 'direct') return stored(herbarium, said, bytes)
      if (way === 'url') return fetched(herbarium, offer(bytes), said)
      const reservation = await reserve(herbarium, said)
      const sent = await sendBy(herbarium, way, reservation, bytes)
      if (!sent.ok) throw new Error(`${way}: ${sent.status} ${await sent.text()}`)
      return completed(herbarium, reservation.asset_id)
    },
    close: async () => {
      await herbarium.close()
      await internet.close()
    },
  }
}

/** Sends all the bytes of a reserved upload; answers what the last request was answered with. */
export async function sendBy(
  reach: Pick<RunningService, 'fetch'>,
  way: SignedWay,
  ...[to, bytes]: [Pick<Reservation, 'upload' | 'upload_url'>, Uint8Array]
): Promise<Response> {
  if (way === 'form') return postFile(reach, to, bytes)
  if (way === 'put') return putFile(reach, to, bytes)
  const begun = await tusPost(reach, to.upload_url, { 'upload-length': String(bytes.length) })
  return begun.ok && bytes.length > 0 ? sendPiece(reach, to, { file: bytes, from: 0 }) : begun
}

async function fetched(tenant: Tenant, source: string, said: Record<string, string>): Promise<AssetUpload> {
  const response = await postJson(tenant, '/assets', { source, workspace_id: tenant.workspaceId, ...said })
  if (response.status !== 201) throw new Error(`url: ${response.status} ${await response.text()}`)
  const asset = (await response.json()) as AssetUpload // checked against the document by the tenant's fetch
  return until(
    () => found(tenant, asset.asset_id),
    ({ status }) => status !== 'pending_upload',
  )
}

/** What GET says. */
export async function found(tenant: Tenant, assetId: string): Promise<AssetUpload> {
  const response = await tenant.call(`/assets/${assetId}`)
  if (response.status !== 200) throw new Error(`get: ${response.status} ${await response.text()}`)
  return (await response.json()) as AssetUpload // checked against the document by the tenant's fetch
}
