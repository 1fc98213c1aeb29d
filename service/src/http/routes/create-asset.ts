// POST /assets: reserve an upload, store a small file in one request, or only hear what would come of it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Asset } from '../../assets/asset.ts'
import { discard } from '../../assets/discard.ts'
import { fetchUrl } from '../../assets/fetch-url.ts'
import type { Upload } from '../../assets/ports.ts'
import { rehearseDirect, rehearseFetch, rehearseReservation } from '../../assets/rehearse.ts'
import { reserve } from '../../assets/reserve.ts'
import { storeDirect } from '../../assets/store-direct.ts'
import { invalidField } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import {
  asAnswered,
  deleteAfterSeconds,
  deleteAfterSecondsOfForm,
  described,
  fileSize,
  RESERVED,
  saidIn,
} from '../asset-body.ts'
import type { Deps } from '../deps.ts'
import { readDirectForm } from '../direct-form.ts'
import { idempotently } from '../idempotency.ts'
import { presentDryRun, presentReservation, presentUpload } from '../present.ts'
import { keyOf } from '../request-claim.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'
import { instructionsFor } from '../upload-instructions.ts'

const source = z
  .string({ error: 'must be a string: "signed-url", or a public https:// URL' })
  .max(8192)
  .refine(value => value === RESERVED || /^https:\/\//i.test(value), {
    error:
      'must be "signed-url" or a public https:// URL; a small file is sent directly, as multipart/form-data with a file part and no source',
  })
  .meta({
    description: '`signed-url` reserves an upload; a public https:// URL is fetched, up to 50 MB',
    examples: ['signed-url'],
  })

const reserveBody = z.strictObject({
  source,
  workspace_id: schemas.workspaceId,
  ...described,
  file_size: fileSize,
  delete_after_seconds: deleteAfterSeconds,
})

const directForm = z.strictObject({
  workspace_id: schemas.workspaceId,
  ...described,
  file_size: z.coerce.number({ error: 'must be a whole number' }).int().min(0).optional(),
  delete_after_seconds: deleteAfterSecondsOfForm,
})

const formInDocument = directForm.extend({
  file: z.string().meta({ description: 'The bytes, at most 4 MiB', format: 'binary' }),
})

const DRY = 'must be true or false'

const query = z.object({
  dry_run: z
    .enum(['true', 'false'], { error: DRY })
    .optional()
    .meta({ description: 'With true nothing is made, and the answer tells what would be' }),
})

const schema = {
  tags: ['assets'],
  summary: 'Create an asset',
  description:
    'With JSON and `source: "signed-url"` an upload is reserved: send the bytes to `upload.url`, then complete the asset. With a public https:// URL as `source` the bytes, up to 50 MB, are fetched: in this request while that is quick, else the answer is `pending_upload` and the fetch goes on. With a form and a `file` of at most 4 MiB the asset is made in one request. With `dry_run=true` every refusal is said as without it, and else 200 with what would have been answered; a file is judged and dropped, a URL is looked up and not fetched.',
  querystring: query,
  body: {
    content: {
      'application/json': { schema: reserveBody },
      'multipart/form-data': { schema: formInDocument },
    },
  },
  response: {
    200: schemas.dryRun,
    201: schemas.assetUpload,
    ...schemas.errors(400, 401, 402, 403, 404, 409, 422),
  },
}

export function createAsset(app: App, deps: Deps): void {
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null))
  // An empty value counts as none elsewhere; here that would make what was not to be made.
  const preValidation = async ({ query: given }: FastifyRequest) => {
    if ((given as Record<string, unknown>).dry_run === '') throw invalidField('dry_run', DRY)
  }
  app.post('/assets', { schema, config: needs('assets:write'), preValidation }, async (request, reply) => {
    if (request.query.dry_run === 'true') return presentDryRun(deps.urls, await rehearse(deps, request))
    const upload = await (isForm(request)
      ? createDirect(deps, request, reply)
      : createReservation(deps, request, reply))
    const { asset } = upload
    const isReserved = asset.status === 'pending_upload' && asset.uploadedVia === 'signed_url'
    const urls = deps.urls.for(request.actor)
    return isReserved
      ? presentReservation(urls, upload, await instructionsFor(deps, request.actor, upload))
      : presentUpload(urls, asset)
  })
}

const isForm = ({ headers }: FastifyRequest): boolean =>
  headers['content-type']?.toLowerCase().startsWith('multipart/form-data') ?? false

/** A body of no declared type is under no schema; it got this far because it is empty. */
function reservationIn({ body }: FastifyRequest): z.output<typeof reserveBody> {
  if (body === undefined) throw invalidField('body', 'is required: send JSON, or a form with a file')
  return body as z.output<typeof reserveBody> // by the route's schema
}

/** Of its idempotency key only the form is looked at. */
const rehearse = (deps: Deps, request: FastifyRequest): Promise<Asset> =>
  isForm(request) ? rehearseForm(deps, request) : rehearseJson(deps, request)

async function rehearseJson(deps: Deps, request: FastifyRequest): Promise<Asset> {
  const body = reservationIn(request)
  keyOf(request, body.idempotency_key)
  const wanted = { workspaceId: body.workspace_id, said: saidIn(body), fault: request.fault }
  return body.source === RESERVED
    ? rehearseReservation(deps, request.actor, wanted)
    : rehearseFetch(deps, request.actor, { ...wanted, url: body.source })
}

async function rehearseForm(deps: Deps, request: FastifyRequest): Promise<Asset> {
  const { fields, bytes } = await readDirectForm(deps, request, directForm)
  try {
    keyOf(request, fields.idempotency_key)
    const wanted = { workspaceId: fields.workspace_id, said: saidIn(fields), bytes, fault: request.fault }
    return await rehearseDirect(deps, request.actor, wanted)
  } finally {
    await discard(deps, bytes.key)
  }
}

async function createReservation(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<Upload> {
  const { idempotency_key, ...body } = reservationIn(request)
  reply.code(201)
  return idempotently(
    deps,
    { request, reply },
    {
      subject: 'asset',
      status: 201,
      bodyKey: idempotency_key,
      meaning: body,
      isNoted: body.source !== RESERVED, // two reservations that say the same are for two files
      run: claim => {
        const { workspace_id: workspaceId } = body
        const wanted = { workspaceId, said: saidIn(body), request: claim, fault: request.fault }
        return body.source === RESERVED
          ? reserve(deps, request.actor, wanted)
          : fetchUrl(deps, request.actor, { ...wanted, url: body.source })
      },
      replay: record => asAnswered(deps, record),
    },
  )
}

async function createDirect(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<Upload> {
  const { fields, bytes } = await readDirectForm(deps, request, directForm)
  const { idempotency_key, ...said } = fields
  reply.code(201)
  try {
    return await idempotently(
      deps,
      { request, reply },
      {
        subject: 'asset',
        status: 201,
        bodyKey: idempotency_key,
        meaning: { ...said, file: bytes.sha256 },
        isNoted: true,
        run: claim =>
          storeDirect(deps, request.actor, {
            workspaceId: said.workspace_id,
            said: saidIn(said),
            bytes,
            request: claim,
            fault: request.fault,
          }),
        replay: record => asAnswered(deps, record),
      },
    )
  } finally {
    await discard(deps, bytes.key)
  }
}
