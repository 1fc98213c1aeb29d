// An asset as a workflow's input.
import { HerbariumError, invalidOption } from './errors.ts'
import type { AssetFacts } from './wire.ts'

export type WorkflowInput =
  | { imageUrl: string }
  | { videoUrl: string }
  | { audioUrl: string }
  | { documentUrl: string }

/** Throws `conflict` for an asset that is not ready, and `input_validation_error` for a URL that is not https. */
export function toInput(
  asset: Pick<AssetFacts, 'asset_id' | 'status' | 'url' | 'content_type'>,
): WorkflowInput {
  const { asset_id: assetId, status, url, content_type: type } = asset
  if (status !== 'ready')
    throw new HerbariumError('conflict', `This asset is ${status}: only a ready one is an input.`, {
      assetId,
    })
  if (!url.startsWith('https://'))
    throw invalidOption('url', `must be https for a workflow, not ${url}: set PUBLIC_URL to one that is`, {
      assetId,
    })
  if (type.startsWith('image/')) return { imageUrl: url }
  if (type.startsWith('video/')) return { videoUrl: url }
  if (type.startsWith('audio/')) return { audioUrl: url }
  if (type === 'application/pdf') return { documentUrl: url }
  throw invalidOption('content_type', `${type} is no input of a workflow`, { assetId })
}
