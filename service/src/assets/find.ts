// Finding assets: one by its id, or a page of those that fit a filter.
import type { Actor } from '../ground/actor.ts'
import { foreignWorkspace, notFound } from '../ground/errors.ts'
import type { Page, PageRequest } from '../ground/page.ts'
import type { Asset } from './asset.ts'
import type { AssetFilter, AssetRecords, ListedAsset, Upload } from './ports.ts'

type FindPorts = { assets: AssetRecords }

/** An asset of another workspace is refused exactly as if it were missing. */
export async function findAsset(ports: FindPorts, actor: Actor, assetId: string): Promise<Asset> {
  const asset = await ports.assets.find(assetId)
  if (asset?.workspaceId !== actor.workspaceId) throw notFound('asset')
  return asset
}

/** The asset with its current attempt; refused like `findAsset`. */
export async function findOwnUpload(ports: FindPorts, actor: Actor, assetId: string): Promise<Upload> {
  const upload = await ports.assets.findUpload(assetId)
  if (upload?.asset.workspaceId !== actor.workspaceId) throw notFound('asset')
  return upload
}

export interface AssetPage extends Page<ListedAsset> {
  /** How many there are in all; known for a whole workspace only. */
  totalEstimate: number | null
}

export async function listAssets(
  ports: FindPorts,
  actor: Actor,
  request: { filter: AssetFilter; page: PageRequest },
): Promise<AssetPage> {
  const { workspaceId, ...narrower } = request.filter
  if (workspaceId !== actor.workspaceId) throw foreignWorkspace()
  const isWhole = Object.values(narrower).every(value => value === undefined)
  const [page, totalEstimate] = await Promise.all([
    ports.assets.list(request.filter, request.page),
    isWhole ? ports.assets.count(workspaceId) : null,
  ])
  return { ...page, totalEstimate }
}
