// When an asset may become what: its states and the transitions between them, all pure.
import type { Admitted, Verdict } from './admit.ts'
import type { KnownMedia } from './media-facts.ts'

export type UploadedVia = 'signed_url' | 'direct' | 'url'

/** Ephemeral assets are deleted at their hour, pinned ones by nobody. */
export type Retention = 'standard' | 'ephemeral' | 'pinned'

/** What every asset has, whatever its state. */
interface AssetCore {
  id: string
  workspaceId: string
  /** The capability in the asset's URL: 128 bits, kept apart from the id because ids travel in logs. */
  mediaToken: string
  name: string | null
  /** Normalised, without slashes at its ends; `''` is the top. */
  folder: string
  metadata: Record<string, string>
  uploadedVia: UploadedVia
  /** What the bytes are; before they are known what the client said, else application/octet-stream. */
  contentType: string
  /** What the client called it; decides nothing. */
  declaredType: string | null
  /** Bytes the client promised; checked at admission. */
  declaredSize: number | null
  /** SHA-256 the client promised, in hex; checked at admission. */
  declaredSha256: string | null
  /** The project on whose canvas the asset is put when it becomes ready. */
  projectId: string | null
  retention: Retention
  /** When an ephemeral asset is deleted; null for any other. */
  deleteAfter: number | null
  /** Number of the current attempt, from 1. */
  attempt: number
  /** Grows by one with every write: the compare-and-set of the row. */
  version: number
  createdByKey: string
  /** Unix milliseconds. */
  createdAt: number
}

export interface PendingAsset extends AssetCore {
  status: 'pending_upload'
}

export interface ReadyAsset extends AssetCore {
  status: 'ready'
  sizeBytes: number
  /** In hex, of exactly the bytes that are served. */
  sha256: string
  /** Pixels as a viewer shows them; null where there are none to know. */
  width: number | null
  height: number | null
  /** All that is known of its pictures, sound or pages. */
  media: KnownMedia | null
  blobKey: string
  readyAt: number
}

export interface FailedAsset extends AssetCore {
  status: 'failed'
  failureCode: FailureCode
  failureMessage: string
}

/** What a list shows of an asset, of whatever state. */
export interface AssetSummary
  extends Pick<
    AssetCore,
    | 'id'
    | 'workspaceId'
    | 'mediaToken'
    | 'name'
    | 'folder'
    | 'metadata'
    | 'uploadedVia'
    | 'contentType'
    | 'declaredType'
    | 'projectId'
    | 'createdAt'
  > {
  status: AssetStatus
  /** Null until the asset is ready, like its width and height. */
  sizeBytes: number | null
  width: number | null
  height: number | null
}

export type Asset = PendingAsset | ReadyAsset | FailedAsset
export type AssetStatus = Asset['status']

export type FailureCode =
  | 'empty_file'
  | 'unsupported_type'
  | 'unreadable_file'
  | 'size_mismatch'
  | 'checksum_mismatch'
  | 'too_many_pixels'
  | 'too_large'
  | 'too_slow'
  | 'malware_found'
  | 'fetch_failed'

const coreOf = (asset: Asset): AssetCore => ({
  id: asset.id,
  workspaceId: asset.workspaceId,
  mediaToken: asset.mediaToken,
  name: asset.name,
  folder: asset.folder,
  metadata: asset.metadata,
  uploadedVia: asset.uploadedVia,
  contentType: asset.contentType,
  declaredType: asset.declaredType,
  declaredSize: asset.declaredSize,
  declaredSha256: asset.declaredSha256,
  projectId: asset.projectId,
  retention: asset.retention,
  deleteAfter: asset.deleteAfter,
  attempt: asset.attempt,
  version: asset.version,
  createdByKey: asset.createdByKey,
  createdAt: asset.createdAt,
})

/** `pending_upload → ready`, with the key under which the admitted bytes are served from now on. */
export const published = (
  asset: PendingAsset,
  admitted: Admitted,
  at: { blobKey: string; now: number },
): ReadyAsset => ({
  ...coreOf(asset),
  version: asset.version + 1,
  status: 'ready',
  contentType: admitted.contentType,
  sizeBytes: admitted.sizeBytes,
  sha256: admitted.sha256,
  width: admitted.width,
  height: admitted.height,
  media: admitted.media,
  blobKey: at.blobKey,
  readyAt: at.now,
})

/** `pending_upload → failed`, with a reason a person can act on. */
export const refused = (
  asset: PendingAsset,
  refusal: Extract<Verdict, { admitted: false }>,
): FailedAsset => ({
  ...coreOf(asset),
  version: asset.version + 1,
  status: 'failed',
  failureCode: refusal.code,
  failureMessage: refusal.message,
})

/** Kept for longer or shorter; nothing else about it changes. */
export const retained = <A extends Asset>(asset: A, kept: Pick<A, 'retention' | 'deleteAfter'>): A => ({
  ...asset,
  ...kept,
  version: asset.version + 1,
})

/** `pending_upload | failed → pending_upload` with the next attempt: same id, same URL. */
export const reopened = (asset: PendingAsset | FailedAsset): PendingAsset => ({
  ...coreOf(asset),
  version: asset.version + 1,
  attempt: asset.attempt + 1,
  status: 'pending_upload',
})
