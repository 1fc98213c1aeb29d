// POST /assets/batch: reserve many uploads in one request, each with a result of its own.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answerOrRefusal, invalidFields, Refusal } from '../../ground/errors.ts'
import type { App } from '../app.ts'
import { deleteAfterSeconds, described, fileSize, RESERVED, saidIn } from '../asset-body.ts'
import { type BatchItem, type BatchResult, reserveEachOnce } from '../batch.ts'
import type { Deps } from '../deps.ts'
import { envelopeOf, STATUS_OF } from '../errors.ts'
import { markReplayed } from '../idempotency.ts'
import { documentedAs } from '../openapi.ts'
import { presentReservation } from '../present.ts'
import { keyedClaim, keyOf, pathOf } from '../request-claim.ts'
import * as schemas from '../schemas.ts'
import { needs } from '../scopes.ts'
import { instructionsFor } from '../upload-instructions.ts'
import { parse } from '../validation.ts'

const MAX_ITEMS = 50
/** As many as the longest items need, with room to spare. */
const MAX_BYTES = 1024 * 1024

const item = z.strictObject({ ...described, file_size: fileSize, delete_after_seconds: deleteAfterSeconds })

const body = z.strictObject({
  workspace_id: schemas.workspaceId,
  assets: z
    .array(documentedAs(item))
    .min(1, { error: 'must have at least one item' })
    .max(MAX_ITEMS, { error: `must have at most ${MAX_ITEMS} items: send the rest in another request` }),
  idempotency_key: schemas.idempotencyKey,
})

const result = z.union([
  z.strictObject({ status: z.literal(201), asset: schemas.assetUpload }),
  z.strictObject({ status: z.int().meta({ description: '4xx' }), error: schemas.refusal }),
])

const schema = {
  tags: ['assets'],
  summary: 'Reserve many uploads',
  description: `1 to ${MAX_ITEMS} uploads of \`source: "signed-url"\`, each reserved or refused by itself: \`results\` has one for each, in their order, with the status and the body that \`POST /assets\` would have answered. An error names its fields from the top, as \`assets.3.file_name\`. An item's \`idempotency_key\` is one of \`POST /assets\`; the request's own is each other item's, together with its place. The last item is the newest asset.`,
  body,
  response: {
    200: z.object({ results: z.array(result) }),
    ...schemas.errors(400, 401, 403),
  },
}

export function createAssets(app: App, deps: Deps): void {
  app.post(
    '/assets/batch',
    { schema, config: needs('assets:write'), bodyLimit: MAX_BYTES },
    async (request, reply) => {
      const { workspace_id, assets, idempotency_key } = request.body
      const asked = { workspaceId: workspace_id, key: keyOf(request, idempotency_key) }
      const items = await Promise.all(
        assets.map((raw, n) => answerOrRefusal(() => read(deps, request, { ...asked, raw, n }))),
      )
      const results = await reserveEachOnce(deps, request, { workspaceId: workspace_id, items })
      const repeated = soleRequestOf(results)
      if (repeated !== undefined && repeated !== request.id) markReplayed(reply, repeated)
      return { results: await Promise.all(results.map((one, n) => present(deps, request, { ...one, n }))) }
    },
  )
}

/** The one request that all results were first answered by, if it was one. */
function soleRequestOf(results: BatchResult[]): string | undefined {
  const [first, ...others] = new Set(results.flatMap(({ requestId }) => requestId ?? []))
  return others.length === 0 ? first : undefined
}

interface Place {
  workspaceId: string
  /** The whole request's. */
  key: string | undefined
  raw: unknown
  n: number
}

/** Throws for an item that is not of its shape. */
function read(deps: Deps, request: FastifyRequest, { workspaceId, key, raw, n }: Place): BatchItem {
  const { idempotency_key: own, ...said } = parse(item, raw)
  const meaning = { source: RESERVED, workspace_id: workspaceId, ...said }
  const once = { status: 201, meaning }
  const whole = key === undefined ? undefined : keyedClaim(deps, request, { ...once, key: `${key} ${n}` }) // no client's key has a space
  const claim =
    own === undefined
      ? whole
      : keyedClaim(deps, request, { ...once, key: own, path: pathOf(request).replace(/\/batch$/, '') })
  return { said: saidIn(said), claim }
}

async function present(
  deps: Deps,
  request: FastifyRequest,
  { result, n }: BatchResult & { n: number },
): Promise<z.output<(typeof schema.response)[200]>['results'][number]> {
  if (result instanceof Refusal)
    return { status: STATUS_OF[result.code], error: envelopeOf(inItem(n, result)).error }
  const instructions = await instructionsFor(deps, request.actor, result)
  return { status: 201, asset: presentReservation(deps.urls.for(request.actor), result, instructions) }
}

const inItem = (n: number, refusal: Refusal): Refusal =>
  refusal.fields === undefined
    ? refusal
    : invalidFields(
        refusal.fields.map(({ field, message }) => ({
          field: field === 'body' ? `assets.${n}` : `assets.${n}.${field}`,
          message,
        })),
      )
