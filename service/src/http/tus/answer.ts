// One file per method of the protocol; a client that cannot send a method says it in a header.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { invalidField } from '../../ground/errors.ts'
import type { Deps } from '../deps.ts'
import { ticketOf } from '../upload-ticket.ts'
import { create } from './create.ts'
import { head } from './head.ts'
import { patch } from './patch.ts'
import { requireTus } from './protocol.ts'
import { terminate } from './terminate.ts'

const METHODS = { POST: create, HEAD: head, PATCH: patch, DELETE: terminate }

/** Throws `precondition_failed` for another version of the protocol. */
export async function answerTus(
  deps: Deps,
  exchange: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const { request, reply } = exchange
  requireTus(request, reply)
  const method = String(request.headers['x-http-method-override'] ?? request.method)
  if (!isMethod(method))
    throw invalidField('x-http-method-override', `must be one of ${Object.keys(METHODS).join(', ')}`)
  return METHODS[method](deps, await ticketOf(deps, request), exchange)
}

const isMethod = (method: string): method is keyof typeof METHODS => Object.hasOwn(METHODS, method)
