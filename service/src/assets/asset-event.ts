// A change of an asset, written in the same transaction as the change.
import type { Clock } from '../ground/clock.ts'
import type { Ids } from '../ground/ids.ts'
import type { Asset } from './asset.ts'

export const ASSET_EVENT_TYPES = [
  'asset.created',
  'asset.uploaded',
  'asset.ready',
  'asset.failed',
  'asset.expired',
  'asset.cancelled',
  'asset.retried',
  'asset.attached',
  'asset.updated',
  'asset.deleted',
] as const

export type AssetEventType = (typeof ASSET_EVENT_TYPES)[number]

export interface AssetEvent {
  id: string
  workspaceId: string
  type: AssetEventType
  assetId: string
  attempt: number
  /** The key that caused it; null where time did. */
  actorKeyId: string | null
  data: Record<string, string | number | null>
  at: number
}

export const assetEvent = (
  ports: { clock: Clock; ids: Ids },
  asset: Asset,
  type: AssetEventType,
  details: { actorKeyId?: string | null; data?: AssetEvent['data'] } = {},
): AssetEvent => ({
  id: ports.ids.id('evt'),
  workspaceId: asset.workspaceId,
  type,
  assetId: asset.id,
  attempt: asset.attempt,
  actorKeyId: details.actorKeyId ?? null,
  data: details.data ?? {},
  at: ports.clock.now(),
})
