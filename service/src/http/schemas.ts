// The wire's shapes that several routes share.
import { z } from 'zod'

const prefixed = (prefix: string, description: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}\\S+$`), { error: `must start with ${prefix}, followed by the id` })
    .max(128)
    .meta({ description, example: `${prefix}7c2f0e8a41d94b6f` })

export const workspaceId = prefixed('ws_', 'A workspace')
export const assetId = prefixed('asset_', 'An asset')

/** FLORA's guides write some project ids with proj_; both are understood, prj_ alone is answered. */
export const projectId = z
  .string()
  .regex(/^(prj|proj)_\S+$/, { error: 'must start with prj_, followed by the id' })
  .max(128)
  .transform(id => id.replace(/^proj_/, 'prj_'))
  .meta({ description: 'A project', example: 'prj_7c2f0e8a41d94b6f' })

/** In answers an id is only described: what was stored is not judged again. */
export const id = (prefix: string) => z.string().meta({ example: `${prefix}7c2f0e8a41d94b6f` })

export const pageQuery = z.object({
  limit: z.coerce
    .number({ error: 'must be a whole number from 1 to 100' })
    .int({ error: 'must be a whole number from 1 to 100' })
    .min(1)
    .max(100)
    .default(20)
    .meta({ description: 'Items a page' }),
  cursor: z.string().max(512).optional().meta({ description: 'meta.next_cursor of the page before' }),
})

const seconds = { error: 'must be a whole number of seconds from 0 to 50' }
export const waitSeconds = z.coerce
  .number(seconds)
  .int(seconds)
  .min(0, seconds)
  .max(50, seconds)
  .default(0)
  .meta({ description: 'How many seconds the answer may wait for something to tell' })

export const meta = z.object({
  next_cursor: z.string().nullable(),
  total_estimate: z.int().nullable().optional(),
})

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, { error: 'must be 1 to 255 visible ASCII characters' })
  .optional()
  .meta({ description: 'The same as the header Idempotency-Key' })

/** The body of a request that needs none. */
export const emptyBody = z.strictObject({ idempotency_key: idempotencyKey }).nullish()

export const status = z.enum(['pending_upload', 'ready', 'failed'])
export const uploadedVia = z.enum(['signed_url', 'direct', 'url'])
export const retention = z.enum(['standard', 'ephemeral', 'pinned'])
const formFields = z.record(z.string(), z.string())

const resumable = z.object({
  protocol: z.literal('tus').meta({ description: 'tus 1.0.0' }),
  url: z.url().meta({ description: "A tus client's endpoint" }),
})

export const uploadInstructions = z.object({
  url: z.url(),
  method: z.literal('POST'),
  content_type: z.literal('multipart/form-data'),
  file_field: z.literal('file'),
  fileField: z.literal('file'),
  form_fields: formFields,
  formFields,
  resumable,
  token: z.string().meta({
    description:
      'An upload token: as the bearer it may complete, retry and get this asset and its timeline, and do nothing else, until a day after the upload has expired',
    example: 'ut_v1.9f1c2d3e.YXNzZXRf.MAC',
  }),
})

const mediaUrl = z.url().meta({
  description: 'Answers once the asset is ready; where media are private it is signed, for an hour at least',
})

const kept = {
  retention,
  delete_at: z.iso.datetime().nullable().meta({ description: 'When an ephemeral asset is deleted' }),
}

/** What create, complete and retry answer. */
export const assetUpload = z.object({
  asset_id: id('asset_'),
  uploaded_via: uploadedVia,
  url: mediaUrl,
  workspace_id: id('ws_'),
  visibility: z.literal('workspace'),
  status,
  folder: z.string(),
  ...kept,
  failure_message: z.string().nullable(),
  expires_at: z.iso.datetime().optional(),
  upload: uploadInstructions.optional(),
  upload_url: z.url().optional(),
})

const assetFacts = {
  asset_id: id('asset_'),
  name: z.string().nullable(),
  description: z.string().nullable(),
  workspace_id: id('ws_'),
  url: mediaUrl,
  content_type: z.string(),
  upload_content_type: z.string().nullable(),
  uploaded_via: uploadedVia,
  status,
  width: z.int().nullable(),
  height: z.int().nullable(),
  size_bytes: z.int().nullable(),
  folder: z.string(),
  metadata: z.record(z.string(), z.string()),
}

export const assetDetail = z.object({
  ...assetFacts,
  ...kept,
  failure_message: z.string().nullable(),
  created_at: z.iso.datetime(),
})

export const signedUrl = z.object({
  asset_id: id('asset_'),
  url: z.url(),
  expires_at: z.iso.datetime().nullable().meta({ description: 'Null for a URL that is good for ever' }),
})

export const assetMedia = z.object({
  asset_id: id('asset_'),
  content_type: z.string(),
  width: z.int().nullable().meta({ description: 'Pixels as a viewer shows them' }),
  height: z.int().nullable(),
  frames: z.int().nullable().meta({ description: 'Pictures in an animation, 1 in a still image' }),
  duration_seconds: z.number().nullable(),
  video_codec: z.string().nullable(),
  audio_codec: z.string().nullable(),
  pages: z.int().nullable().meta({ description: 'Of a PDF; null for an encrypted one' }),
  has_alpha: z.boolean().nullable(),
  pixels_checked: z.boolean().nullable().meta({ description: 'Whether every pixel was decoded once' }),
})

/** What a request would be answered with; what only an asset that is there has, such as its id and URLs, is missing. */
export const dryRun = z.object({
  dry_run: z.literal(true),
  would: z.object({
    status: z.literal(201),
    asset: assetDetail.omit({ asset_id: true, url: true, created_at: true, delete_at: true }).extend({
      project_id: id('prj_').nullable(),
      media: assetMedia.omit({ asset_id: true, content_type: true, width: true, height: true }).nullable(),
      sha256: z.string().nullable().meta({ description: 'Of the bytes, once they have been judged' }),
    }),
  }),
})

const time = z.int().meta({ description: 'Unix milliseconds' })

const toldAttempt = z.object({
  attempt: z.int().meta({ description: 'From 1; a retry opens the next' }),
  state: z.enum(['open', 'received', 'won', 'failed', 'expired', 'superseded', 'cancelled']),
  transport: z
    .enum(['post', 'put', 'tus', 'bucket', 'direct', 'url'])
    .nullable()
    .meta({ description: 'Of the last connection; null before the first' }),
  signed_at: time,
  expires_at: time,
  first_byte_at: time.nullable().meta({
    description:
      'Unix milliseconds: when the first connection that brought bytes began; of a form to a bucket, when they were collected',
  }),
  last_byte_at: time.nullable(),
  received_bytes: z.int().nullable().meta({ description: 'Stored durably, whole or in part' }),
  total_bytes: z.int().nullable().meta({ description: 'How many there are or will be, where that was said' }),
  sha256: z.string().nullable(),
  sniffed_type: z.string().nullable().meta({ description: 'What the first bytes show' }),
  closed_by: z.enum(['client', 'server']).nullable().meta({
    description:
      'Who ended the last connection: `client` sent all or closed before the end, `server` refused or stopped it; null while it goes on, and where there was none. Of a URL the client is whoever gave the file',
  }),
  rule: z.string().nullable().meta({ description: 'The rule that the bytes broke', example: 'empty_file' }),
  message: z.string().nullable(),
  cure: z.string().nullable().meta({ description: 'What to do about it' }),
})

const toldEvent = z.object({
  id: id('evt_'),
  type: z.string().meta({ example: 'asset.uploaded' }),
  at: time,
  actor_key_id: id('key_').nullable().meta({ description: 'The key that caused it; null where none did' }),
  attempt: z.int(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
})

export const timeline = z.object({
  asset_id: id('asset_'),
  status,
  attempts: z.array(toldAttempt),
  events: z.array(toldEvent),
})

export const assetListItem = z.object({
  ...assetFacts,
  created_at: z.int().meta({ description: 'Unix milliseconds' }),
  node_id: id('node_').nullable(),
  project_id: id('prj_').nullable(),
})

export const project = z.object({
  project_id: id('prj_'),
  name: z.string(),
  workspace_id: id('ws_'),
  origin: z.literal('api').nullable(),
  last_modified: z.int().nullable().meta({ description: 'Unix milliseconds' }),
  created_at: z.int().meta({ description: 'Unix milliseconds' }),
})

export const refusal = z.strictObject({
  code: z.string(),
  message: z.string(),
  fields: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
})

export const errorEnvelope = z.object({ error: refusal })

/** The errors a route can answer, for its documentation. */
export const errors = (
  ...statuses: (400 | 401 | 402 | 403 | 404 | 409 | 410 | 412 | 413 | 415 | 422 | 460)[]
) => Object.fromEntries([...statuses, 429, 500, 503].map(code => [code, errorEnvelope]))
