// The API's answers as they come over the wire; docs at /docs say what each field means.

export type Status = 'pending_upload' | 'ready' | 'failed'

interface AssetFacts {
  asset_id: string
  name: string | null
  url: string
  content_type: string
  upload_content_type: string | null
  uploaded_via: 'signed_url' | 'direct' | 'url'
  status: Status
  width: number | null
  height: number | null
  size_bytes: number | null
  folder: string
  metadata: Record<string, string>
}

export interface ListedAsset extends AssetFacts {
  /** Unix milliseconds. */
  created_at: number
  project_id: string | null
}

export interface Asset extends AssetFacts {
  failure_message: string | null
  /** ISO 8601. */
  created_at: string
}

export interface MediaFacts {
  frames: number | null
  duration_seconds: number | null
  video_codec: string | null
  audio_codec: string | null
  pages: number | null
  has_alpha: boolean | null
  pixels_checked: boolean | null
}

export interface Meta {
  next_cursor: string | null
  total_estimate?: number | null
}

export interface AssetPage {
  assets: ListedAsset[]
  meta: Meta
}

export interface Workspace {
  workspace_id: string
  name: string
}

export interface Project {
  project_id: string
  name: string
  /** Unix milliseconds. */
  last_modified: number | null
  created_at: number
}

export interface ProjectPage {
  projects: Project[]
  meta: Meta
}

export interface CanvasNode {
  node_id: string
  type: 'image' | 'video' | 'audio' | 'text'
  label: string | null
  url: string | null
  asset_id: string | null
  width: number | null
  height: number | null
}

export interface NodePage {
  nodes: CanvasNode[]
  meta: Meta
}

export interface ErrorEnvelope {
  error: { code: string; message: string; fields?: { field: string; message: string }[] }
}
