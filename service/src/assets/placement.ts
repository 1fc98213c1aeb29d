// A node: one place where an asset stands on a project's canvas.
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import type { ReadyAsset } from './asset.ts'
import { type NodeType, nodeTypeOf } from './media-type.ts'

export interface PlacedNode {
  id: string
  projectId: string
  /** Null once the asset is deleted: the node keeps its label. */
  assetId: string | null
  type: NodeType
  label: string | null
  width: number | null
  height: number | null
  actorKeyId: string
  createdAt: number
}

export const placed = (
  ports: { clock: Clock; ids: Ids },
  asset: ReadyAsset,
  place: { projectId: string; actorKeyId: string },
): PlacedNode => ({
  id: ports.ids.id('node'),
  projectId: place.projectId,
  assetId: asset.id,
  type: nodeTypeOf(asset.contentType),
  label: asset.name,
  width: asset.width,
  height: asset.height,
  actorKeyId: place.actorKeyId,
  createdAt: ports.clock.now(),
})
