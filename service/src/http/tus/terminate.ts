// DELETE: gives the upload up.
import type { FastifyReply } from 'fastify'
import { cancelUpload } from '../../assets/resumable/cancel.ts'
import type { Ticket } from '../../assets/ticket.ts'
import type { Deps } from '../deps.ts'

export async function terminate(
  deps: Deps,
  ticket: Ticket,
  { reply }: { reply: FastifyReply },
): Promise<FastifyReply> {
  await cancelUpload(deps, ticket)
  return reply.code(204).send()
}
