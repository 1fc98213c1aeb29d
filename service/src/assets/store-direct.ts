// A direct upload: bytes and description in one request, ready in one answer.
import type { Maker } from '../ground/actor.ts'
import { answered, type RequestClaim } from '../ground/request-record.ts'
import { assetEvent } from './asset-event.ts'
import { claimed, type ReceivedBytes, received } from './attempt.ts'
import { type Description, describe, type SaidOfAsset } from './describe.ts'
import { mayCreate, newAsset, newAttempt } from './new-asset.ts'
import type { Ports, Upload } from './ports.ts'
import { type Fault, scriptedWithBytes } from './scripted-fault.ts'
import { type Settled, settle } from './settle.ts'
import { stage } from './stage.ts'

/** The most bytes a direct upload may have; larger files are reserved first. */
export const MAX_DIRECT_BYTES = 4 * 1024 * 1024

/** Bytes that came before the fields which say what they are for. */
export const stageDirect = (
  ports: Pick<Ports, 'blobs' | 'media' | 'ids'>,
  bytes: AsyncIterable<Uint8Array>,
): Promise<ReceivedBytes> =>
  stage(ports, bytes, { key: `quarantine/${ports.ids.datedToken()}.1`, maxBytes: MAX_DIRECT_BYTES })

export interface DirectUpload {
  workspaceId: string
  said: SaidOfAsset
  bytes: ReceivedBytes
  request?: RequestClaim | undefined
  fault?: Fault | undefined
}

/** Throws every refusal of what is said; what the bytes are worth is for the gate. */
export async function mayStore(
  ports: Pick<Ports, 'assets' | 'policy'>,
  actor: Maker,
  { workspaceId, said }: Pick<DirectUpload, 'workspaceId' | 'said'>,
): Promise<Description> {
  const description = describe(said, ports.policy.maxBytes, actor.mode)
  await mayCreate(ports, actor, { workspaceId, projectId: description.projectId })
  return description
}

/**
 * Makes the asset from staged bytes, ready or failed. Answers undefined when a request with the same idempotency
 * key was first. Removing what is left of the staged bytes is for whoever staged them.
 */
export async function storeDirect(
  ports: Pick<
    Ports,
    'assets' | 'blobs' | 'forms' | 'media' | 'scanner' | 'looks' | 'clock' | 'ids' | 'policy'
  >,
  actor: Maker,
  { workspaceId, said, bytes, request, fault }: DirectUpload,
): Promise<Upload | undefined> {
  const description = await mayStore(ports, actor, { workspaceId, said })
  const pending = newAsset(ports, actor, description, 'direct')
  const now = ports.clock.now()
  const fresh = scriptedWithBytes(newAttempt(ports, pending), fault)
  const open = { ...fresh, quarantineKey: bytes.key.replace(/\.\d+$/, '') }
  const attempt = received(claimed(open, { now, transport: 'direct' }), bytes, now)
  const by = { actorKeyId: actor.keyId }
  const begun = [
    assetEvent(ports, pending, 'asset.created', by),
    assetEvent(ports, pending, 'asset.uploaded', { ...by, data: { size_bytes: bytes.sizeBytes } }),
  ]
  const save = (settled: Settled) =>
    ports.assets.save({
      asset: { after: settled.asset },
      attempts: [{ after: settled.attempt }],
      node: settled.node,
      events: [...begun, settled.event],
      request: answered(request, pending.id, attempt.n),
    })
  return settle(ports, { asset: pending, attempt }, { ...by, save, bytesNotCounted: bytes.sizeBytes })
}
