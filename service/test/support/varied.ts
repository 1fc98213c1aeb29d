// An installation that has a little of everything, made from the street.
import { randomUUID } from 'node:crypto'
import { type ReachedTenant, tenantAt } from './process-street.ts'
import { firstTenant } from './process-tenant.ts'
import { send, sendForm } from './replays.ts'
import { type Reservation, reserve } from './reserve.ts'
import { runJson } from './run-json.ts'
import { wavOf } from './samples.ts'
import type { RunningProcess } from './start-process.ts'
import { sendPiece, tusPost } from './tus.ts'
import { completed, postFile, putFile, retried, stored } from './uploads.ts'

export interface Varied {
  tenant: ReachedTenant
  other: ReachedTenant
  /** Bytes have come and nobody has completed them. */
  received: Reservation
  /** Nothing has come. */
  promised: Reservation
  /** A part has come by tus. */
  partial: Reservation
  partialBytes: Buffer
  failedId: string
  ready: { asset_id: string; url?: string | null }[]
  projectId: string
  /** A request that was answered, and what it was answered with. */
  repeat: { key: string; bytes: Buffer; answer: string }
  revokedKey: string
}

/** Fills an installation that has just begun. */
export async function makeVaried(server: RunningProcess): Promise<Varied> {
  const environment = { DATA_DIR: server.dataDir }
  const first = await firstTenant(server)
  const tenant = tenantAt(server, first)
  const workspace = await runJson(
    ['workspace', 'create', '--name', 'Öther', '--quota', '900000000'],
    environment,
  )
  const otherId: string = workspace.workspace_id
  const key = (workspaceId: string) =>
    runJson(['key', 'create', '--workspace', workspaceId, '--name', 'k'], environment)
  const other = tenantAt(server, { apiKey: (await key(otherId)).api_key, workspaceId: otherId })
  const revoked = await key(first.workspaceId)
  await runJson(['key', 'revoke', revoked.key_id], environment)
  await stored(other, { file_name: 'ours.wav' }, wavOf(3_000, 900))
  const ready = await readyAssets(tenant)
  for (const { asset_id } of ready.slice(0, 3))
    await send(tenant, `/projects/${first.projectId}/assets/${asset_id}/attach`)
  const [partialBytes, again] = [wavOf(400_000, 2), wavOf(2_500, 3)]
  const received = await reserve(tenant, { file_name: 'arrived.wav' })
  await putFile(tenant, received, wavOf(50_000, 1))
  const partial = await reserve(tenant)
  await tusPost(tenant, partial.upload_url, { 'upload-length': String(partialBytes.length) })
  await sendPiece(tenant, partial, { file: partialBytes, from: 0, end: 300_000 })
  const failed = await stored(tenant, {}, Buffer.from('no picture at all'))
  const repeated = randomUUID()
  const answer = await (await sendForm(tenant, again, { key: repeated })).text()
  const promised = await reserve(tenant, { file_name: 'to come.wav' })
  const last = await stored(tenant, {}, wavOf(2_000, 77))
  await tenant.call(`/assets/${last.asset_id}`, { method: 'DELETE' }) // the highest ordinal was its own
  return {
    tenant,
    other,
    received,
    promised,
    partial,
    partialBytes,
    failedId: failed.asset_id,
    ready,
    projectId: first.projectId,
    repeat: { key: repeated, bytes: again, answer },
    revokedKey: revoked.api_key,
  }
}

async function readyAssets(tenant: ReachedTenant): Promise<Varied['ready']> {
  const ready: Varied['ready'] = []
  for (let n = 0; n < 5; n++) {
    const said = {
      file_name: `Fern „${n}“.wav`,
      folder: n % 2 === 0 ? 'herbs' : 'trees',
      'metadata[rare]': 'yes',
    }
    ready.push(await stored(tenant, said, wavOf(10_000 + n, n)))
  }
  const large = await reserve(tenant, { file_name: 'large.wav', metadata: { rare: 'yes' } })
  await putFile(tenant, large, wavOf(20_000_000, 8))
  ready.push(await completed(tenant, large.asset_id))
  const second = await reserve(tenant)
  await retried(tenant, second.asset_id).then(reservation => postFile(tenant, reservation, wavOf(7_000, 9)))
  ready.push(await completed(tenant, second.asset_id))
  return ready
}
