// Everything this product can refuse: one error class, one function per refusal.

export type ErrorCode =
  | 'invalid_json'
  | 'input_validation_error'
  | 'unauthorized'
  | 'invalid_api_key'
  | 'insufficient_credits'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'payload_too_large'
  | 'precondition_failed'
  | 'unsupported_media_type'
  | 'checksum_mismatch'
  | 'idempotency_duplicate'
  | 'idempotency_conflict'
  | 'rate_limited'
  | 'unknown_error'
  | 'service_unavailable'

/** A field of the request at fault; `message` completes the sentence "field: …". */
export interface FieldFault {
  field: string
  message: string
}

interface RefusalDetails {
  fields?: FieldFault[]
  /** Seconds after which the same request may succeed. */
  retryAfterSeconds?: number
  /** False where repeating the request can never help. */
  canHeal?: boolean
  /** Whether its sender went away before all of it was here. */
  hasSenderLeft?: boolean
  cause?: unknown
}

/** A request that this service will not carry out, with what its sender can do about it. */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly fields: FieldFault[] | undefined
  readonly retryAfterSeconds: number | undefined
  readonly canHeal: boolean
  readonly hasSenderLeft: boolean

  constructor(code: ErrorCode, message: string, details: RefusalDetails = {}) {
    super(message, { cause: details.cause })
    this.name = 'Refusal'
    this.code = code
    this.fields = details.fields
    this.retryAfterSeconds = details.retryAfterSeconds
    this.canHeal = details.canHeal ?? true
    this.hasSenderLeft = details.hasSenderLeft ?? false
  }
}

export const invalidJson = () =>
  new Refusal('invalid_json', 'The body is not valid JSON: send one JSON object, encoded as UTF-8.')

export const invalidFields = (fields: FieldFault[]) =>
  new Refusal(
    'input_validation_error',
    fields.map(({ field, message }) => `${field}: ${message}`).join('; '),
    {
      fields,
    },
  )

export const invalidField = (field: string, message: string) => invalidFields([{ field, message }])

export const missingKey = () =>
  new Refusal('unauthorized', 'Send an API key in the header "Authorization: Bearer sk_live_…".')

export const invalidKey = () =>
  new Refusal('invalid_api_key', 'This API key is malformed, unknown, expired or revoked.')

export const deadToken = (reason: string) => new Refusal('invalid_api_key', reason)

export const beyondToken = () =>
  new Refusal(
    'forbidden',
    'An upload token may only complete, retry and get its own asset and its timeline: anything else needs an API key.',
  )

export const beyondScopes = (scopes: readonly string[]) =>
  new Refusal(
    'forbidden',
    `This API key may not do this: it needs the scope ${scopes.join(' or ')}. "herbarium key create --scope" makes one that has it.`,
  )

export const foreignWorkspace = () =>
  new Refusal('forbidden', 'This API key does not belong to the workspace named by workspace_id.')

export const deadTicket = (reason: string) =>
  new Refusal('forbidden', `${reason} POST /assets/{asset_id}/retry gives fresh upload instructions.`)

export const deadMediaUrl = (reason: string) =>
  new Refusal(
    'forbidden',
    `${reason} GET /assets/{asset_id} and POST /assets/{asset_id}/sign give a fresh URL.`,
  )

export const notFound = (
  what: 'asset' | 'project' | 'key' | 'workspace' | 'route' | 'media' | 'webhook' | 'delivery',
) => new Refusal('not_found', `There is no such ${what}.`)

/** A state that does not allow the request; `canHeal` says whether repeating it may ever succeed. */
export const conflict = (message: string, canHeal: boolean) => new Refusal('conflict', message, { canHeal })

export const pinned = () =>
  conflict(
    'This asset is pinned and cannot be deleted: PATCH /assets/{asset_id} with {"retention": "standard"} unpins it.',
    false,
  )

export const liveKeyFault = () =>
  new Refusal(
    'forbidden',
    'The header Herbarium-Fault is for test keys alone: leave it out, or use a key of "herbarium key create --test".',
  )

export const goneEvents = (oldest: number) =>
  new Refusal(
    'gone',
    `Events before number ${oldest} are not kept any more: read on with after=${oldest - 1}, and list the assets for what happened before.`,
    { canHeal: false },
  )

export const tooLarge = (maxBytes: number) =>
  new Refusal('payload_too_large', `The file is larger than the ${maxBytes} bytes this upload may have.`, {
    canHeal: false,
  })

/** Only bytes that were altered on their way: sent again they may be right. */
export const checksumMismatch = () =>
  new Refusal('checksum_mismatch', 'The bytes do not have the checksum they came with: send them again.')

export const unknownTusVersion = () =>
  new Refusal('precondition_failed', 'The header Tus-Resumable must be 1.0.0.', { canHeal: false })

export const notAnOffsetStream = () =>
  new Refusal(
    'unsupported_media_type',
    'The header Content-Type must be application/offset+octet-stream for bytes that go on with an upload.',
    { canHeal: false },
  )

/** `reason` completes the sentence "The asset …". */
export const noPicture = (reason: string) =>
  new Refusal(
    'unsupported_media_type',
    `The asset ${reason}, so no picture can be made of it: leave out preset to have it as it is.`,
    { canHeal: false },
  )

export const idempotencyConflict = () =>
  new Refusal(
    'idempotency_conflict',
    'This idempotency key was used with another request body: send the same body, or a new key.',
  )

export const idempotencyDuplicate = () =>
  new Refusal(
    'idempotency_duplicate',
    'A request with this idempotency key is still under way: send it again for its answer.',
    { retryAfterSeconds: 1 },
  )

export const overQuota = () =>
  new Refusal(
    'insufficient_credits',
    "The file does not fit into the workspace's storage quota: have it raised, or use another workspace.",
    { canHeal: false },
  )

export const tooManyPending = (maxPending: number) =>
  new Refusal(
    'rate_limited',
    `This workspace has ${maxPending} uploads under way and may have no more: complete some, or let them expire.`,
    { retryAfterSeconds: 60 },
  )

export const tooManyWebhooks = (max: number) =>
  new Refusal('conflict', `This workspace has ${max} webhooks and may have no more: delete one first.`, {
    canHeal: false,
  })

export const tooManyStreams = () =>
  new Refusal(
    'rate_limited',
    'This server has as many event streams open as it can hold: try again, or poll /events.',
    {
      retryAfterSeconds: 10,
    },
  )

export const rateLimited = (retryAfterSeconds: number) =>
  new Refusal(
    'rate_limited',
    'This workspace has sent too many requests within a minute: wait, then go on.',
    {
      retryAfterSeconds,
    },
  )

/** Thrown for a body that ended before it was whole; the sender is usually gone. */
export const brokenBody = (cause?: unknown) =>
  new Refusal('input_validation_error', 'file: the body ended before the file was whole; send it again', {
    fields: [{ field: 'file', message: 'the body ended before the file was whole; send it again' }],
    hasSenderLeft: true,
    cause,
  })

/** The connection is closed; nobody may be there to hear why. */
export const slowBody = () =>
  invalidField('file', 'came too slowly for too long; send it again over a better connection')

export const unavailable = (cause: unknown, retryAfterSeconds = 1) =>
  new Refusal('service_unavailable', 'The service cannot store or read this right now: try again shortly.', {
    retryAfterSeconds,
    cause,
  })

/** Of one among many the answer, or why it was refused; what would stop all of them is thrown. */
export async function answerOrRefusal<T>(act: () => T | Promise<T>): Promise<T | Refusal> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'service_unavailable') return error
    throw error
  }
}
