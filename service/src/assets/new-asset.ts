// A fresh asset and its first attempt, alike for every source of bytes.
import type { Actor } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import { foreignWorkspace, notFound } from '../ground/errors.ts'
import type { Ids } from '../ground/ids.ts'
import type { PendingAsset, UploadedVia } from './asset.ts'
import type { OpenAttempt } from './attempt.ts'
import type { Description } from './describe.ts'
import type { Ports, UploadPolicy } from './ports.ts'
import { keptSince } from './retention.ts'

/** Throws `forbidden` for another's workspace and `not_found` for a project that is not this workspace's. */
export async function mayCreate(
  ports: Pick<Ports, 'assets'>,
  actor: Actor,
  target: { workspaceId: string; projectId: string | null },
): Promise<void> {
  if (target.workspaceId !== actor.workspaceId) throw foreignWorkspace()
  if (target.projectId !== null && !(await ports.assets.hasProject(actor.workspaceId, target.projectId)))
    throw notFound('project')
}

export const newAsset = (
  ports: Pick<Ports, 'clock' | 'ids'>,
  actor: Actor,
  { keeping, ...described }: Description,
  uploadedVia: UploadedVia,
): PendingAsset => {
  const now = ports.clock.now()
  return {
    ...described,
    id: ports.ids.id('asset'),
    workspaceId: actor.workspaceId,
    mediaToken: ports.ids.datedToken(),
    uploadedVia,
    contentType: described.declaredType ?? 'application/octet-stream',
    ...keptSince(keeping, { now, createdAt: now }),
    attempt: 1,
    version: 1,
    createdByKey: actor.keyId,
    createdAt: now,
    status: 'pending_upload',
  }
}

export const newAttempt = (
  ports: { clock: Clock; ids: Ids; policy: UploadPolicy },
  asset: PendingAsset,
): OpenAttempt => {
  const now = ports.clock.now()
  return {
    assetId: asset.id,
    n: asset.attempt,
    state: 'open',
    ticketKid: ports.policy.ticketKid(),
    signedAt: now,
    expiresAt: now + ports.policy.ttlMs,
    maxBytes: asset.declaredSize ?? ports.policy.maxBytes,
    quarantineKey: `quarantine/${ports.ids.datedToken()}`,
    transport: null,
    received: null,
    fence: 0,
    leaseUntil: null,
    firstByteAt: null,
    lastByteAt: null,
    closedBy: null,
    formObject: null,
    verdict: null,
    partial: null,
    scriptedFault: null,
  }
}
