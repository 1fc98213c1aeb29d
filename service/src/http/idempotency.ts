// Requests that may be sent twice: the second gets the first one's answer.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../ground/clock.ts'
import { idempotencyConflict, invalidField } from '../ground/errors.ts'
import {
  REQUEST_TTL_MS,
  type RequestClaim,
  type RequestRecord,
  type RequestScope,
} from '../ground/request-record.ts'
import { idempotencyKey } from './schemas.ts'
import { parse } from './validation.ts'

const headerShape = z.object({ 'idempotency-key': idempotencyKey })

export interface IdempotencyPorts {
  clock: Clock
  findRequest(scope: RequestScope): Promise<RequestRecord | undefined>
}

/** How a route does its work, and how it says again what it once did. */
export interface Work<T> {
  /** The status of a first answer. */
  status: number
  /** The body's field idempotency_key. */
  bodyKey: string | undefined
  /** What the body means; two bodies that mean the same are the same request. */
  meaning: unknown
  /** Undefined says that a request with the same key was written first. */
  run(claim: RequestClaim | undefined): Promise<T | undefined>
  replay(record: RequestRecord): Promise<T>
}

/**
 * Runs the work once per key and workspace key, method and path. The key is remembered in the same write as what
 * the work makes, so of twenty at once one makes it and nineteen are answered with it.
 */
export async function idempotently<T>(
  ports: IdempotencyPorts,
  http: { request: FastifyRequest; reply: FastifyReply },
  work: Work<T>,
): Promise<T> {
  const claim = claimOf(ports, http.request, work)
  if (claim === undefined) return first(await work.run(undefined))
  const found = await ports.findRequest(claim)
  const known = found !== undefined && found.at > claim.at - REQUEST_TTL_MS ? found : undefined
  const made = known === undefined ? await work.run(claim) : undefined
  if (made !== undefined) return made
  const record = known ?? first(await ports.findRequest(claim))
  if (record.fingerprint !== claim.fingerprint) throw idempotencyConflict()
  http.reply.header('idempotent-replayed', 'true').header('request-id', record.requestId).code(record.status)
  return work.replay(record)
}

function claimOf<T>(
  ports: IdempotencyPorts,
  request: FastifyRequest,
  work: Work<T>,
): RequestClaim | undefined {
  const key = keyOf(request, work.bodyKey)
  if (key === undefined) return undefined
  return {
    keyId: request.actor.keyId,
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    key,
    fingerprint: createHash('sha256').update(canonical(work.meaning)).digest('hex'),
    status: work.status,
    requestId: request.id,
    at: ports.clock.now(),
  }
}

function keyOf(request: FastifyRequest, bodyKey: string | undefined): string | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined || header === '') return bodyKey
  const { 'idempotency-key': headerKey } = parse(headerShape, { 'idempotency-key': header })
  if (bodyKey !== undefined && bodyKey !== headerKey)
    throw invalidField('idempotency_key', 'differs from the header Idempotency-Key: send one of them')
  return headerKey
}

/** JSON with sorted keys and without what was left undefined: equal meanings give equal text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

function first<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a write was answered by a request that cannot be found')
  return value
}
