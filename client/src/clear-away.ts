// What an upload that was given up leaves behind: nothing, as far as its credential reaches.
import { aborted, HerbariumError } from './errors.ts'
import { terminate } from './resumable.ts'
import type { UploadPorts } from './upload-options.ts'
import type { Reservation } from './wire.ts'

/**
 * With an API key the asset goes; else its upload URL, the bytes there with it. Always throws `aborted`, which says so
 * where something is left.
 */
export async function clearAway(
  { api, send, hasKey }: Pick<UploadPorts, 'api' | 'send' | 'hasKey'>,
  { asset_id: assetId, upload_url: url }: Reservation,
  signal: AbortSignal | undefined,
): Promise<never> {
  try {
    if (hasKey) await api.delete(assetId)
    else if (url !== undefined) await terminate({ send, url })
  } catch (cause) {
    if (!isGone(cause)) {
      const message = `This was given up, but ${assetId} could not be removed.`
      throw new HerbariumError('aborted', message, { assetId, cause })
    }
  }
  throw aborted(signal, assetId)
}

const isGone = (error: unknown): boolean =>
  error instanceof HerbariumError && (error.code === 'not_found' || error.code === 'forbidden')
