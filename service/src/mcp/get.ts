// `get`: what is known of an asset.
import { z } from 'zod'
import { asset, assetId, presentAsset } from './shapes.ts'
import { createTool } from './tool.ts'

export const get = createTool({
  name: 'get',
  title: 'Get an asset',
  description:
    'Shows one asset: its status, why it failed where it did, its URL, type, size, pixels, folder and metadata. The bytes are at its url once it is ready; for a picture of at most 5 MB that suits a model, add preset=model-input to the query of the URL of an image.',
  input: z.strictObject({ asset_id: assetId }),
  output: asset,
  hints: { readOnlyHint: true, idempotentHint: true },
  run: async ({ client }, { asset_id }) => presentAsset(await client.get(asset_id)),
})
