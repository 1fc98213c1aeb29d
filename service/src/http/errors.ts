// Errors as programs outside see them.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import {
  type ErrorCode,
  type FieldFault,
  invalidField,
  invalidJson,
  notFound,
  Refusal,
} from '../ground/errors.ts'
import { asLogged } from './owner.ts'

export const STATUS_OF = {
  invalid_json: 400,
  input_validation_error: 400,
  unauthorized: 401,
  invalid_api_key: 401,
  insufficient_credits: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_duplicate: 409,
  idempotency_conflict: 422,
  rate_limited: 429,
  checksum_mismatch: 460, // tus 1.0.0, extension checksum
  unknown_error: 500,
  service_unavailable: 503,
} satisfies Record<ErrorCode, number>

export interface ErrorEnvelope {
  error: { code: ErrorCode; message: string; fields?: FieldFault[] }
}

export const envelopeOf = (refusal: Refusal): ErrorEnvelope => ({
  error: {
    code: refusal.code,
    message: refusal.message,
    ...(refusal.fields ? { fields: refusal.fields } : {}),
  },
})

/** No cache may keep an answer that is not the thing itself: the same URL may give it a moment later. */
export const UNKEPT = { 'cache-control': 'no-store' }

/** Answers any error: refusals as they are, a library's complaint translated, everything else as our own fault. */
export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalFrom(error)
  const status = STATUS_OF[refusal.code]
  if (status >= 500) request.log.error({ err: refusal.cause ?? error, ...asLogged(request) }, refusal.message)
  if (refusal.retryAfterSeconds !== undefined) reply.header('retry-after', refusal.retryAfterSeconds)
  if (!refusal.canHeal) reply.header('x-should-retry', 'false')
  reply.code(status).headers(UNKEPT).send(envelopeOf(refusal))
}

export const answerNotFound = (request: FastifyRequest, reply: FastifyReply): void =>
  answerError(notFound('route'), request, reply)

function refusalFrom(error: FastifyError | Error): Refusal {
  if (error instanceof Refusal) return error
  const code = 'code' in error ? error.code : undefined
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || isParserComplaint(error)) return invalidJson()
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return invalidField('body', 'is too large for JSON: shorten it')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return invalidField('content-type', 'is not a media type: send one such as application/json')
  if ('statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500)
    return new Refusal('input_validation_error', error.message, { cause: error })
  return new Refusal(
    'unknown_error',
    'Something went wrong on our side; the request-id helps us to find it.',
    {
      cause: error,
    },
  )
}

/** The JSON parser's own error; any other SyntaxError would be a fault of ours. */
const isParserComplaint = (error: Error): boolean =>
  error instanceof SyntaxError && 'statusCode' in error && error.statusCode === 400
