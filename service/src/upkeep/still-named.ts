// Looking at a row again before anything is said of its bytes.
import type { Installation, NamedBytes } from './ports.ts'

/** Whether the row still names these bytes: it may have been deleted, completed or retried meanwhile. */
export async function isStillNamed(
  { assets }: Pick<Installation, 'assets'>,
  { assetId, attempt: n, key, sha256 }: NamedBytes,
): Promise<boolean> {
  if (n === null) {
    const asset = await assets.find(assetId)
    return asset?.status === 'ready' && asset.blobKey === key && asset.sha256 === sha256
  }
  const attempt = (await assets.findUpload(assetId, n))?.attempt
  return attempt?.state === 'received' && attempt.received.key === key
}
