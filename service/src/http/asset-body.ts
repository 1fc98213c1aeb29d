// What a request says of the asset it wants, and the asset as its first answer showed it: alike for one and for many.
import { z } from 'zod'
import { asAttemptLeft } from '../assets/as-attempt-left.ts'
import type { SaidOfAsset } from '../assets/describe.ts'
import type { AssetRecords, Upload } from '../assets/ports.ts'
import { MAX_LIFE_SECONDS, MIN_LIFE_SECONDS, type SaidOfRetention } from '../assets/retention.ts'
import type { RequestRecord } from '../ground/request-record.ts'
import * as schemas from './schemas.ts'

/** The source of an asset whose bytes its client will send. */
export const RESERVED = 'signed-url'

const RETENTIONS =
  '`ephemeral` is deleted after `delete_after_seconds`, `pinned` cannot be deleted until it is unpinned; default `standard`'

/** What every source may say of its asset. */
export const described = {
  file_name: z.string().max(1024).optional().meta({ example: 'product.png' }),
  content_type: z.string().max(255).optional().meta({ example: 'image/png' }),
  folder: z.string().max(2048).optional().meta({ example: 'api-uploads' }),
  project_id: schemas.projectId.optional(),
  sha256: z.string().max(128).optional().meta({ description: 'In hex; checked once the bytes are whole' }),
  metadata: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'At most 16 pairs, 4 KB in all' }),
  retention: schemas.retention.optional().meta({ description: RETENTIONS }),
  idempotency_key: schemas.idempotencyKey,
}

export const fileSize = z
  .int()
  .min(0)
  .optional()
  .meta({ description: 'In bytes; checked once the bytes are whole' })

const WHOLE = 'must be a whole number'

/** A form's numbers are text. */
const lifeIn = <N extends z.ZodNumber | z.ZodCoercedNumber>(number: N) =>
  number
    .int({ error: WHOLE })
    .min(MIN_LIFE_SECONDS)
    .max(MAX_LIFE_SECONDS)
    .optional()
    .meta({ description: 'For `ephemeral`, and required there; counted from now' })

export const deleteAfterSeconds = lifeIn(z.number())
export const deleteAfterSecondsOfForm = lifeIn(z.coerce.number({ error: WHOLE }))

interface Described extends Omit<z.output<z.ZodObject<typeof described>>, 'idempotency_key'> {
  file_size?: number | undefined
  delete_after_seconds?: number | undefined
}

export const saidIn = (body: Described): SaidOfAsset => ({
  fileName: body.file_name,
  contentType: body.content_type,
  folder: body.folder,
  fileSize: body.file_size,
  sha256: body.sha256,
  metadata: body.metadata,
  projectId: body.project_id,
  ...retentionIn(body),
})

export const retentionIn = (
  body: Pick<Described, 'retention' | 'delete_after_seconds'>,
): SaidOfRetention => ({
  retention: body.retention,
  deleteAfterSeconds: body.delete_after_seconds,
})

/** The asset as the first answer showed it: what has become of a reservation since is for GET to say. */
export async function asAnswered(
  { assets }: { assets: Pick<AssetRecords, 'findUpload'> },
  record: RequestRecord,
): Promise<Upload | undefined> {
  const upload = await assets.findUpload(record.subjectId ?? '', record.attempt ?? undefined)
  if (upload === undefined) return undefined
  const { asset, attempt } = upload
  return asset.uploadedVia === 'signed_url'
    ? { asset: { ...asset, status: 'pending_upload' }, attempt }
    : { asset: asAttemptLeft(upload), attempt }
}
