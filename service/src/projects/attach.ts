// Putting a ready asset on a project's canvas.
import { assetEvent } from '../assets/asset-event.ts'
import { findAsset } from '../assets/find.ts'
import { type PlacedNode, placed } from '../assets/placement.ts'
import type { AssetRecords } from '../assets/ports.ts'
import type { Actor } from '../ground/actor.ts'
import type { Clock } from '../ground/clock.ts'
import { conflict, notFound } from '../ground/errors.ts'
import type { Ids } from '../ground/ids.ts'
import { answered, type RequestClaim } from '../ground/request-record.ts'
import { findProject } from './find.ts'
import type { ProjectRecords } from './ports.ts'

/**
 * Each call makes a node, as on a canvas; undefined when a request with the same idempotency key was first. Throws
 * `conflict` unless the asset is ready.
 */
export async function attach(
  ports: { assets: AssetRecords; projects: ProjectRecords; clock: Clock; ids: Ids },
  actor: Actor,
  target: { projectId: string; assetId: string; request?: RequestClaim | undefined },
): Promise<PlacedNode | undefined> {
  const project = await findProject(ports, actor, target.projectId)
  const asset = await findAsset(ports, actor, target.assetId)
  if (asset.status !== 'ready')
    throw conflict(
      `Only a ready asset can be attached, and this one is ${asset.status}: complete or retry its upload first.`,
      false,
    )
  const node = placed(ports, asset, { projectId: project.id, actorKeyId: actor.keyId })
  const event = assetEvent(ports, asset, 'asset.attached', {
    actorKeyId: actor.keyId,
    data: { project_id: project.id, node_id: node.id },
  })
  const request = answered(target.request, node.id)
  const outcome = await ports.assets.save({ node, events: [event], request })
  if (outcome === 'stale') throw notFound('asset') // it was deleted since it was found
  return outcome === 'saved' ? node : undefined
}
