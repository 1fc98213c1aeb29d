// POST: begins the upload of a reservation anew; its URL is the one that was posted to.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { beginUpload } from '../../assets/resumable/begin.ts'
import type { Progress } from '../../assets/resumable/progress.ts'
import type { Ticket } from '../../assets/ticket.ts'
import { invalidField } from '../../ground/errors.ts'
import type { Deps } from '../deps.ts'
import { ticketText } from '../upload-ticket.ts'
import { append } from './patch.ts'
import { carriesBytes, readTusHeaders, tellProgress } from './protocol.ts'

export async function create(
  deps: Deps,
  ticket: Ticket,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  if (request.headers['upload-concat'] !== undefined)
    throw invalidField('upload-concat', 'is not supported: send the file as one upload')
  const headers = readTusHeaders(request)
  const length = headers['upload-length']
  if ((length === undefined) === (headers['upload-defer-length'] === undefined))
    throw invalidField('upload-length', 'is required, or Upload-Defer-Length: 1 in its place')
  let progress: Progress = await beginUpload(deps, { ticket, totalBytes: length ?? null })
  if (carriesBytes(request.headers['content-type']) && progress.offset === 0)
    progress = await append(deps, ticket, { request, offset: 0, totalBytes: undefined })
  return tellProgress(reply, progress)
    .header('location', deps.urls.door(ticketText(request)))
    .code(201)
    .send()
}
