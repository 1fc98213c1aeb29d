// Reserving an upload: a promise of bytes, with a place to send them.
import type { Maker } from '../ground/actor.ts'
import { answered, type RequestClaim } from '../ground/request-record.ts'
import { assetEvent } from './asset-event.ts'
import { type Description, describe, type SaidOfAsset } from './describe.ts'
import { mayCreate, newAsset, newAttempt } from './new-asset.ts'
import type { AssetChange, Ports, Upload } from './ports.ts'
import { mayOpen } from './quota.ts'
import { type Fault, scripted } from './scripted-fault.ts'

export interface Reservation {
  workspaceId: string
  said: SaidOfAsset
  request?: RequestClaim | undefined
  fault?: Fault | undefined
}

/** Throws every refusal of a reservation. */
export async function mayReserve(
  ports: Pick<Ports, 'assets' | 'policy'>,
  actor: Maker,
  { workspaceId, said }: Reservation,
): Promise<Description> {
  const description = describe(said, ports.policy.maxBytes, actor.mode)
  await mayCreate(ports, actor, { workspaceId, projectId: description.projectId })
  await mayOpen(ports, actor.workspaceId, description.declaredSize ?? 0)
  return description
}

/** Answers the asset and its open attempt, or undefined when a request with the same idempotency key was first. */
export async function reserve(
  ports: Pick<Ports, 'assets' | 'clock' | 'ids' | 'policy'>,
  actor: Maker,
  { workspaceId, said, request, fault }: Reservation,
): Promise<Upload | undefined> {
  const description = await mayReserve(ports, actor, { workspaceId, said })
  const { upload, change } = opening(ports, actor, { description, request, fault })
  return (await ports.assets.save(change)) === 'saved' ? upload : undefined
}

interface Opening extends Pick<Reservation, 'request' | 'fault'> {
  description: Description
}

/** A fresh asset with its open attempt, and the write that makes them. */
export function opening(
  ports: Pick<Ports, 'clock' | 'ids' | 'policy'>,
  actor: Maker,
  { description, request, fault }: Opening,
): { upload: Upload; change: AssetChange } {
  const asset = newAsset(ports, actor, description, 'signed_url')
  const attempt = scripted(newAttempt(ports, asset), fault)
  const change = {
    asset: { after: asset },
    attempts: [{ after: attempt }],
    events: [assetEvent(ports, asset, 'asset.created', { actorKeyId: actor.keyId })],
    request: answered(request, asset.id, attempt.n),
  }
  return { upload: { asset, attempt }, change }
}
