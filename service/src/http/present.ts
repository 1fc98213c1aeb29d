// The only place where what the heart knows becomes JSON.
import type { z } from 'zod'
import type { Asset, AssetSummary, ReadyAsset } from '../assets/asset.ts'
import type { AssetEvent } from '../assets/asset-event.ts'
import type { Attempt } from '../assets/attempt.ts'
import type { ListedAsset, Upload } from '../assets/ports.ts'
import type { Timeline, ToldAttempt } from '../assets/timeline.ts'
import type { CanvasNode, Project } from '../projects/project.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import type {
  assetDetail,
  assetListItem,
  assetMedia,
  assetUpload,
  dryRun,
  project,
  timeline,
} from './schemas.ts'
import type { UploadInstructions } from './upload-instructions.ts'
import type { MediaUrls } from './urls.ts'

type AssetUpload = z.output<typeof assetUpload>
type AssetTimeline = z.output<typeof timeline>

const kept = ({ retention, deleteAfter }: Asset) => ({
  retention,
  delete_at: deleteAfter === null ? null : new Date(deleteAfter).toISOString(),
})

/** An asset as complete answers it. */
export const presentUpload = (urls: MediaUrls, asset: Asset): AssetUpload => ({
  asset_id: asset.id,
  uploaded_via: asset.uploadedVia,
  url: urls.media(asset),
  workspace_id: asset.workspaceId,
  visibility: 'workspace',
  status: asset.status,
  folder: asset.folder,
  ...kept(asset),
  failure_message: asset.status === 'failed' ? asset.failureMessage : null,
})

/** A pending asset with the instructions for its attempt; a pure function of all three, so it can be said again. */
export const presentReservation = (
  urls: MediaUrls,
  { asset, attempt }: Upload,
  { form, door, token }: UploadInstructions,
): AssetUpload => ({
  ...presentUpload(urls, asset),
  status: 'pending_upload',
  failure_message: null,
  expires_at: new Date(attempt.expiresAt).toISOString(),
  upload: {
    url: form.url,
    method: 'POST',
    content_type: 'multipart/form-data',
    file_field: 'file',
    fileField: 'file',
    form_fields: form.fields,
    formFields: form.fields,
    resumable: { protocol: 'tus', url: door },
    token,
  },
  upload_url: door,
})

const facts = (urls: MediaUrls, asset: AssetSummary) => ({
  asset_id: asset.id,
  name: asset.name,
  description: null,
  workspace_id: asset.workspaceId,
  url: urls.media(asset),
  content_type: asset.contentType,
  upload_content_type: asset.declaredType,
  uploaded_via: asset.uploadedVia,
  status: asset.status,
  width: asset.width,
  height: asset.height,
  size_bytes: asset.sizeBytes,
  folder: asset.folder,
  metadata: asset.metadata,
})

const NOT_READY = { width: null, height: null, sizeBytes: null }

export const presentAsset = (urls: MediaUrls, asset: Asset): z.output<typeof assetDetail> => ({
  ...facts(urls, asset.status === 'ready' ? asset : { ...asset, ...NOT_READY }),
  ...kept(asset),
  failure_message: asset.status === 'failed' ? asset.failureMessage : null,
  created_at: new Date(asset.createdAt).toISOString(),
})

/** Assets made before media were looked into know no more than their size. */
export const presentMedia = (asset: ReadyAsset): z.output<typeof assetMedia> => ({
  asset_id: asset.id,
  content_type: asset.contentType,
  width: asset.width,
  height: asset.height,
  frames: asset.media?.frames ?? null,
  duration_seconds: asset.media?.durationSeconds ?? null,
  video_codec: asset.media?.videoCodec ?? null,
  audio_codec: asset.media?.audioCodec ?? null,
  pages: asset.media?.pages ?? null,
  has_alpha: asset.media?.hasAlpha ?? null,
  pixels_checked: asset.media?.pixelsChecked ?? null,
})

/** An asset that was not made, without what would lead to it. */
export function presentDryRun(urls: MediaUrls, asset: Asset): z.output<typeof dryRun> {
  const { asset_id: _id, url: _url, created_at: _at, delete_at: _then, ...shown } = presentAsset(urls, asset)
  const found = asset.status === 'ready' ? { sha256: asset.sha256, media: mediaOf(asset) } : NOT_FOUND_YET
  return { dry_run: true, would: { status: 201, asset: { ...shown, project_id: asset.projectId, ...found } } }
}

const NOT_FOUND_YET = { sha256: null, media: null }

function mediaOf(asset: ReadyAsset) {
  const { asset_id: _id, content_type: _type, width: _width, height: _height, ...media } = presentMedia(asset)
  return media
}

export const presentTimeline = ({ asset, attempts, events }: Timeline): AssetTimeline => ({
  asset_id: asset.id,
  status: asset.status,
  attempts: attempts.map(told => presentAttempt(asset, told)),
  events: events.map(presentEvent),
})

function presentAttempt(asset: Asset, { attempt, cure }: ToldAttempt): AssetTimeline['attempts'][number] {
  const { received, partial, verdict } = attempt
  const refusal = verdict?.admitted === false ? verdict : undefined
  return {
    attempt: attempt.n,
    state: attempt.state,
    transport: attempt.transport,
    signed_at: attempt.signedAt,
    expires_at: attempt.expiresAt,
    first_byte_at: attempt.firstByteAt,
    last_byte_at: attempt.lastByteAt,
    received_bytes: durableBytes(attempt),
    total_bytes: partial !== null ? partial.totalBytes : (received?.sizeBytes ?? asset.declaredSize),
    sha256: received?.sha256 ?? null,
    sniffed_type: received?.sniffedType ?? null,
    closed_by: attempt.closedBy,
    rule: refusal?.code ?? null,
    message: refusal?.message ?? null,
    cure,
  }
}

/** Whole bytes, where there are some; else what has arrived of a resumable upload. */
function durableBytes({ received, partial }: Attempt): number | null {
  if (received !== null) return received.sizeBytes
  return partial !== null && partial.sizeBytes > 0 ? partial.sizeBytes : null
}

const presentEvent = (event: AssetEvent): AssetTimeline['events'][number] => ({
  id: event.id,
  type: event.type,
  at: event.at,
  actor_key_id: event.actorKeyId,
  attempt: event.attempt,
  data: event.data,
})

export const presentListed = (
  urls: MediaUrls,
  { asset, node }: ListedAsset,
): z.output<typeof assetListItem> => ({
  ...facts(urls, asset),
  created_at: asset.createdAt,
  node_id: node?.id ?? null,
  project_id: node?.projectId ?? asset.projectId,
})

export const presentProject = (it: Project): z.output<typeof project> => ({
  project_id: it.id,
  name: it.name,
  workspace_id: it.workspaceId,
  origin: 'api',
  last_modified: it.lastModified,
  created_at: it.createdAt,
})

export const presentWorkspace = (workspace: Workspace) => ({
  workspace_id: workspace.id,
  name: workspace.name,
  role: 'owner' as const,
  created_at: workspace.createdAt,
})

export const presentNode = (urls: MediaUrls, node: CanvasNode) => ({
  node_id: node.id,
  type: node.type,
  label: node.label,
  url: node.mediaToken === null ? null : urls.media({ mediaToken: node.mediaToken, name: node.assetName }),
  asset_id: node.assetId,
  width: node.width,
  height: node.height,
})
