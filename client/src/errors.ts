// The one error this package throws; its code says what happened.

/** The API's own codes. */
export type ApiErrorCode =
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

/** What only the caller's side can know: no answer, none in time, given up, or bytes that were refused. */
export type LocalErrorCode = 'network' | 'timeout' | 'aborted' | 'failed_verification'

/** A field at fault; `message` completes the sentence "field: …". */
export interface FieldFault {
  field: string
  message: string
}

export interface ErrorDetails {
  status?: number | undefined
  fields?: FieldFault[] | undefined
  requestId?: string | undefined
  assetId?: string | undefined
  canRetry?: boolean | undefined
  retryAfterMs?: number | undefined
  cause?: unknown
}

export class HerbariumError extends Error {
  readonly code: ApiErrorCode | LocalErrorCode
  /** Of the answer; undefined where none came. */
  readonly status: number | undefined
  /** The options or request fields at fault; empty where it is none of them. */
  readonly fields: FieldFault[]
  /** The server's name for the request, to find it in its log. */
  readonly requestId: string | undefined
  /** The asset it happened to, where one had been made. */
  assetId: string | undefined
  /** Whether the same call may succeed later. */
  readonly canRetry: boolean
  /** How long the server asks to wait before that. */
  readonly retryAfterMs: number | undefined

  constructor(code: HerbariumError['code'], message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.name = 'HerbariumError'
    this.code = code
    this.status = details.status
    this.fields = details.fields ?? []
    this.requestId = details.requestId
    this.assetId = details.assetId
    this.canRetry = details.canRetry ?? false
    this.retryAfterMs = details.retryAfterMs
  }
}

/** An option that cannot be right, found before anything is sent. */
export const invalidOption = (field: string, message: string, details: ErrorDetails = {}) =>
  new HerbariumError('input_validation_error', `${field}: ${message}`, {
    ...details,
    fields: [{ field, message }],
  })

export const aborted = (signal: AbortSignal | undefined, assetId?: string) =>
  new HerbariumError('aborted', 'This was given up by its signal.', { cause: signal?.reason, assetId })

export const timedOut = (what: string, details: ErrorDetails = {}) =>
  new HerbariumError('timeout', what, { canRetry: true, ...details })

export const failedVerification = (assetId: string, reason: string | null | undefined) =>
  new HerbariumError('failed_verification', reason ?? 'The bytes were refused.', { assetId })

/** Codes for answers that are not the API's own, such as a proxy's. */
const CODE_OF: Record<number, ApiErrorCode> = {
  400: 'input_validation_error',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  410: 'gone',
  413: 'payload_too_large',
  429: 'rate_limited',
  503: 'service_unavailable',
}

/** `text` is the answer's body: the API's JSON, a bucket's XML, or whatever stands in between. */
export function refusedBy(status: number, text: string, details: ErrorDetails): HerbariumError {
  const said = envelopeIn(text)
  const code = said?.code ?? CODE_OF[status] ?? 'unknown_error'
  const message = said?.message ?? /<Message>([^<]+)/.exec(text)?.[1] ?? `The server answered ${status}.`
  return new HerbariumError(code, message, { ...details, status, fields: said?.fields })
}

interface Envelope {
  code: ApiErrorCode
  message: string
  fields?: FieldFault[]
}

function envelopeIn(text: string): Envelope | undefined {
  try {
    const { error } = JSON.parse(text)
    return typeof error?.code === 'string' && typeof error.message === 'string' ? error : undefined
  } catch {
    return undefined
  }
}
