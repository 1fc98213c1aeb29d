// tus 1.0.0, the protocol of resumable uploads (https://tus.io/protocols/resumable-upload): its words and headers.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Progress } from '../../assets/resumable/progress.ts'
import { notAnOffsetStream, unknownTusVersion } from '../../ground/errors.ts'
import { parse } from '../validation.ts'
import { CHECKSUM_ALGORITHMS } from './checksum.ts'

const VERSION = '1.0.0'
const OFFSET_STREAM = 'application/offset+octet-stream'

/** What OPTIONS tells of this server. */
export const tusAbilities = (maxBytes: number): Record<string, string> => ({
  'tus-resumable': VERSION,
  'tus-version': VERSION,
  'tus-max-size': String(maxBytes),
  'tus-extension': 'creation,creation-defer-length,creation-with-upload,checksum,termination,expiration',
  'tus-checksum-algorithm': CHECKSUM_ALGORITHMS.join(','),
})

/** Headers that a page of another origin may read. */
export const TUS_EXPOSED =
  'location, tus-resumable, tus-version, tus-max-size, tus-extension, tus-checksum-algorithm, upload-offset, upload-length, upload-defer-length, upload-expires'

/** Every tus client says so; a form never does. */
export const speaksTus = ({ headers }: FastifyRequest): boolean => headers['tus-resumable'] !== undefined

/** Answers in the protocol's version, and to no other. Throws `precondition_failed`. */
export function requireTus(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('tus-resumable', VERSION)
  if (request.headers['tus-resumable'] === VERSION) return
  reply.header('tus-version', VERSION)
  throw unknownTusVersion()
}

/** Throws `unsupported_media_type`. */
export function requireOffsetStream({ headers }: FastifyRequest): void {
  if (!carriesBytes(headers['content-type'])) throw notAnOffsetStream()
}

export const carriesBytes = (contentType: string | undefined): boolean =>
  contentType?.split(';')[0]?.trim().toLowerCase() === OFFSET_STREAM

const bytes = z
  .string()
  .regex(/^\d{1,15}$/, { error: 'must be a whole number of bytes' })
  .transform(Number)

const tusHeaders = z.object({
  'upload-offset': bytes.optional(),
  'upload-length': bytes.optional(),
  'upload-defer-length': z.literal('1', { error: 'must be 1' }).optional(),
})

/** Throws `input_validation_error` that names the header. */
export const readTusHeaders = ({ headers }: FastifyRequest) => parse(tusHeaders, headers)

export function tellProgress(reply: FastifyReply, { offset, expiresAt }: Progress): FastifyReply {
  return reply.header('upload-offset', offset).header('upload-expires', new Date(expiresAt).toUTCString())
}
