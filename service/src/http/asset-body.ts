// What a request says of the asset it wants, and the asset as its first answer showed it: alike for one and for many.
import { z } from 'zod'
import { asAttemptLeft } from '../assets/as-attempt-left.ts'
import type { SaidOfAsset } from '../assets/describe.ts'
import type { AssetRecords, Upload } from '../assets/ports.ts'
import type { RequestRecord } from '../ground/request-record.ts'
import * as schemas from './schemas.ts'

/** The source of an asset whose bytes its client will send. */
export const RESERVED = 'signed-url'

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
  idempotency_key: schemas.idempotencyKey,
}

export const fileSize = z
  .int()
  .min(0)
  .optional()
  .meta({ description: 'In bytes; checked once the bytes are whole' })

interface Described extends Omit<z.output<z.ZodObject<typeof described>>, 'idempotency_key'> {
  file_size?: number | undefined
}

export const saidIn = (body: Described): SaidOfAsset => ({
  fileName: body.file_name,
  contentType: body.content_type,
  folder: body.folder,
  fileSize: body.file_size,
  sha256: body.sha256,
  metadata: body.metadata,
  projectId: body.project_id,
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
