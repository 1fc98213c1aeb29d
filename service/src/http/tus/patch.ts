// PATCH: bytes that go on with an upload.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Progress } from '../../assets/resumable/progress.ts'
import { resume } from '../../assets/resumable/resume.ts'
import type { Ticket } from '../../assets/ticket.ts'
import { invalidField } from '../../ground/errors.ts'
import type { Deps } from '../deps.ts'
import { requestBytes } from '../request-bytes.ts'
import { readChecksum } from './checksum.ts'
import { readTusHeaders, requireOffsetStream, tellProgress } from './protocol.ts'

export async function patch(
  deps: Deps,
  ticket: Ticket,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  requireOffsetStream(request)
  const headers = readTusHeaders(request)
  const offset = headers['upload-offset']
  if (offset === undefined) throw invalidField('upload-offset', 'is required: ask for it with HEAD')
  const progress = await append(deps, ticket, { request, offset, totalBytes: headers['upload-length'] })
  return tellProgress(reply, progress).code(204).send()
}

export const append = (
  deps: Deps,
  ticket: Ticket,
  {
    request,
    offset,
    totalBytes,
  }: { request: FastifyRequest; offset: number; totalBytes: number | undefined },
): Promise<Progress> =>
  resume(deps, {
    ticket,
    offset,
    totalBytes,
    bytes: requestBytes(request),
    checksum: readChecksum(request.headers['upload-checksum']),
  })
