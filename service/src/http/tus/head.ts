// HEAD: how far an upload has come.
import type { FastifyReply } from 'fastify'
import { findProgress } from '../../assets/resumable/progress.ts'
import type { Ticket } from '../../assets/ticket.ts'
import type { Deps } from '../deps.ts'
import { UNKEPT } from '../errors.ts'
import { tellProgress } from './protocol.ts'

export async function head(
  deps: Deps,
  ticket: Ticket,
  { reply }: { reply: FastifyReply },
): Promise<FastifyReply> {
  const progress = await findProgress(deps, ticket)
  const length =
    progress.totalBytes === null
      ? { 'upload-defer-length': '1' }
      : { 'upload-length': String(progress.totalBytes) }
  return tellProgress(reply, progress).headers(length).headers(UNKEPT).code(200).send()
}
