// The ticket in an upload's path.
import type { FastifyRequest } from 'fastify'
import { readTicket, type Ticket } from '../assets/ticket.ts'
import { deadTicket } from '../ground/errors.ts'
import { readLearning } from '../ground/signed-claims.ts'
import type { Deps } from './deps.ts'

/** As the path has it. */
export const ticketText = (request: FastifyRequest): string => (request.params as { ticket: string }).ticket // by the route's pattern

/** Throws `forbidden` for one that we did not sign. */
export async function ticketOf(deps: Pick<Deps, 'signing'>, request: FastifyRequest): Promise<Ticket> {
  const { tickets } = deps.signing
  const ticket = await readLearning(tickets, ticketText(request), text => readTicket(tickets, text))
  if (ticket === undefined) throw deadTicket('This upload URL is not one of ours, or is incomplete.')
  return ticket
}
