// Assets between the heart and their rows.
import type { Insertable, Selectable } from 'kysely'
import type {
  Asset,
  AssetStatus,
  AssetSummary,
  FailureCode,
  Retention,
  UploadedVia,
} from '../assets/asset.ts'
import type { KnownMedia } from '../assets/media-facts.ts'
import { fold } from './fold.ts'
import type { Tables } from './tables.ts'

export type AssetRow = Selectable<Tables['assets']>

export function assetFrom(row: AssetRow): Asset {
  const core = {
    ...shownFrom(row),
    declaredSize: row.declared_size,
    declaredSha256: row.declared_sha256,
    retention: row.retention as Retention, // written by assetRow alone
    deleteAfter: row.delete_after,
    attempt: row.attempt,
    version: row.version,
    createdByKey: row.created_by_key,
  }
  if (row.status === 'ready')
    return {
      ...core,
      status: 'ready',
      sizeBytes: known(row, 'size_bytes'),
      sha256: known(row, 'sha256'),
      width: row.width,
      height: row.height,
      media: row.media === null ? null : (JSON.parse(row.media) as KnownMedia), // written by assetRow alone
      blobKey: known(row, 'blob_key'),
      readyAt: known(row, 'ready_at'),
    }
  if (row.status === 'failed')
    return {
      ...core,
      status: 'failed',
      failureCode: known(row, 'failure_code') as FailureCode,
      failureMessage: known(row, 'failure_message'),
    }
  return { ...core, status: 'pending_upload' }
}

/** What a list shows; the rest of a row would cost more to fetch than all of this. */
export const SUMMARY_COLUMNS = [
  'ordinal',
  'id',
  'workspace_id',
  'media_token',
  'status',
  'name',
  'folder',
  'metadata',
  'uploaded_via',
  'declared_type',
  'project_id',
  'content_type',
  'size_bytes',
  'width',
  'height',
  'created_at',
] as const

export type SummaryRow = Pick<AssetRow, (typeof SUMMARY_COLUMNS)[number]>
export const summaryFrom = (row: SummaryRow): AssetSummary => ({
  ...shownFrom(row),
  status: row.status as AssetStatus, // written by assetRow alone
  sizeBytes: row.size_bytes,
  width: row.width,
  height: row.height,
})

/** What is shown of an asset alike in each of its states. */
const shownFrom = (row: SummaryRow) => ({
  id: row.id,
  workspaceId: row.workspace_id,
  mediaToken: row.media_token,
  name: row.name,
  folder: row.folder,
  metadata: metadataFrom(row),
  uploadedVia: row.uploaded_via as UploadedVia, // written by assetRow alone
  contentType: row.content_type,
  declaredType: row.declared_type,
  projectId: row.project_id,
  createdAt: row.created_at,
})

/** Most assets have none. */
const NO_METADATA = '{}'

const metadataFrom = ({ metadata }: Pick<AssetRow, 'metadata'>): Record<string, string> =>
  metadata === NO_METADATA ? {} : JSON.parse(metadata) // written by assetRow alone

/** A column that an asset of this state always has. */
function known<C extends keyof AssetRow>(row: AssetRow, column: C): NonNullable<AssetRow[C]> {
  const value = row[column]
  if (value === null || value === undefined)
    throw new Error(`asset ${row.id} is ${row.status} without ${column}`)
  return value
}

export function assetRow(asset: Asset): Insertable<Tables['assets']> {
  const ready = asset.status === 'ready' ? asset : undefined
  const failed = asset.status === 'failed' ? asset : undefined
  return {
    id: asset.id,
    workspace_id: asset.workspaceId,
    media_token: asset.mediaToken,
    status: asset.status,
    name: asset.name,
    name_folded: asset.name === null ? null : fold(asset.name),
    folder: asset.folder,
    metadata: JSON.stringify(asset.metadata),
    uploaded_via: asset.uploadedVia,
    declared_type: asset.declaredType,
    declared_size: asset.declaredSize,
    declared_sha256: asset.declaredSha256,
    project_id: asset.projectId,
    retention: asset.retention,
    delete_after: asset.deleteAfter,
    content_type: asset.contentType,
    size_bytes: ready?.sizeBytes ?? null,
    sha256: ready?.sha256 ?? null,
    width: ready?.width ?? null,
    height: ready?.height ?? null,
    media: ready?.media ? JSON.stringify(ready.media) : null,
    failure_code: failed?.failureCode ?? null,
    failure_message: failed?.failureMessage ?? null,
    blob_key: ready?.blobKey ?? null,
    attempt: asset.attempt,
    version: asset.version,
    created_by_key: asset.createdByKey,
    created_at: asset.createdAt,
    ready_at: ready?.readyAt ?? null,
  }
}
