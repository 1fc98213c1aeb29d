// Assets that are ready, as the tests of delivery need them.
import type { FLORA } from '@flora-ai/flora'

export interface ReadySample {
  assetId: string
  url: string
  /** The URL's path and query, for requests written by hand. */
  path: string
  bytes: Buffer
}

/** Uploads by the official client; throws unless the asset comes back ready. */
export async function readyAsset(
  tenant: { client: FLORA; workspaceId: string },
  bytes: Buffer,
  fileName: string,
): Promise<ReadySample> {
  const { client, workspaceId } = tenant
  const asset = await client.assets.upload(bytes, { workspace_id: workspaceId, file_name: fileName })
  if (asset.status !== 'ready' || !asset.url)
    throw new Error(`${fileName} came back ${asset.status}: ${JSON.stringify(asset)}`)
  const { pathname, search } = new URL(asset.url)
  return { assetId: asset.asset_id, url: asset.url, path: pathname + search, bytes }
}
