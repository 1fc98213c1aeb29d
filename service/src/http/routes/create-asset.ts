// POST /assets: reserve an upload, or store a small file in one request.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { discard } from '../../assets/discard.ts'
import { fetchUrl } from '../../assets/fetch-url.ts'
import type { Upload } from '../../assets/ports.ts'
import { reserve } from '../../assets/reserve.ts'
import { storeDirect } from '../../assets/store-direct.ts'
import { invalidField } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { asAnswered, described, fileSize, RESERVED, saidIn } from '../asset-body.ts'
import type { Deps } from '../deps.ts'
import { readDirectForm } from '../direct-form.ts'
import { idempotently } from '../idempotency.ts'
import { presentReservation, presentUpload } from '../present.ts'
import * as schemas from '../schemas.ts'
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
})

const directForm = z.strictObject({
  workspace_id: schemas.workspaceId,
  ...described,
  file_size: z.coerce.number({ error: 'must be a whole number' }).int().min(0).optional(),
})

const formInDocument = directForm.extend({
  file: z.string().meta({ description: 'The bytes, at most 4 MiB', format: 'binary' }),
})

const schema = {
  tags: ['assets'],
  summary: 'Create an asset',
  description:
    'With JSON and `source: "signed-url"` an upload is reserved: send the bytes to `upload.url`, then complete the asset. With a public https:// URL as `source` the bytes, up to 50 MB, are fetched: in this request while that is quick, else the answer is `pending_upload` and the fetch goes on. With a form and a `file` of at most 4 MiB the asset is made in one request.',
  body: {
    content: {
      'application/json': { schema: reserveBody },
      'multipart/form-data': { schema: formInDocument },
    },
  },
  response: { 201: schemas.assetUpload, ...schemas.errors(400, 401, 402, 403, 404, 409, 422) },
}

export function createAsset(app: App, deps: Deps): void {
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null))
  app.post('/assets', { schema }, async (request, reply) => {
    const upload = await (request.headers['content-type']?.toLowerCase().startsWith('multipart/form-data')
      ? createDirect(deps, request, reply)
      : createReservation(deps, request, reply))
    const { asset } = upload
    const isReserved = asset.status === 'pending_upload' && asset.uploadedVia === 'signed_url'
    return isReserved
      ? presentReservation(deps.urls, upload, await instructionsFor(deps, request.actor, upload))
      : presentUpload(deps.urls, asset)
  })
}

async function createReservation(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<Upload> {
  // A body of no declared type is under no schema; it got this far because it is empty.
  if (request.body === undefined) throw invalidField('body', 'is required: send JSON, or a form with a file')
  const { idempotency_key, ...body } = request.body as z.output<typeof reserveBody> // by the route's schema
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
        const wanted = { workspaceId: body.workspace_id, said: saidIn(body), request: claim }
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
          }),
        replay: record => asAnswered(deps, record),
      },
    )
  } finally {
    await discard(deps, bytes.key)
  }
}
