// The API's JSON as this package reads it; answers are handed on as they came.

export type AssetStatus = 'pending_upload' | 'ready' | 'failed'

/** Ephemeral assets are deleted at their hour; pinned ones answer 409 to a delete. */
export type Retention = 'standard' | 'ephemeral' | 'pinned'

/** What POST /assets and POST /assets/{id}/retry answer for an upload: where its bytes go. */
export interface Reservation {
  asset_id: string
  /** Final from the start; answers once the asset is ready. */
  url: string
  workspace_id: string
  status: AssetStatus
  failure_message?: string | null
  /** ISO 8601. */
  expires_at?: string
  upload?: UploadInstructions
  upload_url?: string
}

export interface UploadInstructions {
  /** Takes a form: this service, or the bucket itself. */
  url: string
  file_field: string
  form_fields: Record<string, string>
  /** Takes tus 1.0.0. */
  resumable?: { protocol: string; url: string }
  /** Opens complete, retry, get and the timeline of this one asset, and nothing else. */
  token?: string
}

export interface AssetFacts {
  asset_id: string
  name: string | null
  description: string | null
  workspace_id: string
  url: string
  /** What the bytes are; before they have been looked at, what was declared. */
  content_type: string
  upload_content_type: string | null
  uploaded_via: 'signed_url' | 'direct' | 'url'
  status: AssetStatus
  /** Pixels. */
  width: number | null
  height: number | null
  size_bytes: number | null
  folder: string
  metadata: Record<string, string>
}

/** What GET /assets/{id} answers. */
export interface Asset extends AssetFacts {
  retention: Retention
  /** ISO 8601; null where the asset has no hour to go. */
  delete_at: string | null
  failure_message: string | null
  /** ISO 8601. */
  created_at: string
}

/** An item of GET /assets. */
export interface ListedAsset extends AssetFacts {
  /** Unix milliseconds. */
  created_at: number
  node_id: string | null
  project_id: string | null
}

export interface AssetPage {
  assets: ListedAsset[]
  meta: { next_cursor: string | null; total_estimate?: number | null }
}

export type AssetEventType =
  | 'asset.created'
  | 'asset.uploaded'
  | 'asset.ready'
  | 'asset.failed'
  | 'asset.expired'
  | 'asset.cancelled'
  | 'asset.retried'
  | 'asset.attached'
  | 'asset.updated'
  | 'asset.deleted'

/** One change of an asset, as GET /events and its stream tell it. */
export interface AssetEvent {
  id: string
  /** Its place in the log of the workspace: from 1, without a gap. */
  seq: number
  type: AssetEventType
  /** Unix milliseconds. */
  created_at: number
  workspace_id: string
  asset_id: string | null
  attempt: number | null
  /** The key that caused it; null where time did. */
  actor_key_id: string | null
  data: Record<string, string | number | null>
}

export interface EventPage {
  events: AssetEvent[]
  /** Where the next page begins. */
  meta: { next_after: number }
}

export interface Workspace {
  workspace_id: string
  name: string
  role: string
  /** Unix milliseconds. */
  created_at: number | null
}

/** What attaching an asset to a project answers. */
export interface Attachment {
  project_id: string
  asset_id: string
  node_id: string
  canvas_url: string
}
