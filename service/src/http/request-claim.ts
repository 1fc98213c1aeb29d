// Which requests are the same: by the client's key, or by a client that says it repeats itself.
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../ground/clock.ts'
import { invalidField } from '../ground/errors.ts'
import type { RequestClaim } from '../ground/request-record.ts'
import { idempotencyKey } from './schemas.ts'
import { parse } from './validation.ts'

const headerShape = z.object({ 'idempotency-key': idempotencyKey })

export interface Asked {
  /** The status of a first answer. */
  status: number
  /** The body's field idempotency_key. */
  bodyKey: string | undefined
  /** What the body means; two bodies that mean the same are the same request. */
  meaning: unknown
  /** Whether it is noted when it has no key, so that its repetition is known. */
  isNoted: boolean
}

/** Undefined for a request that is done each time it comes. */
export function claimOf(
  ports: { clock: Clock },
  request: FastifyRequest,
  { bodyKey, isNoted, ...asked }: Asked,
): RequestClaim | undefined {
  const key = keyOf(request, bodyKey)
  if (key !== undefined) return keyedClaim(ports, request, { ...asked, key })
  if (!isNoted) return undefined
  const claim = keyedClaim(ports, request, { ...asked, key: '' })
  return { ...claim, key: ` noted ${claim.fingerprint}`, isNote: true } // no client's key has a space
}

/** The claim of what is done once under this key: by default on the path that was asked. */
export const keyedClaim = (
  { clock }: { clock: Clock },
  request: FastifyRequest,
  { key, status, meaning, path }: Pick<Asked, 'status' | 'meaning'> & { key: string; path?: string },
): RequestClaim => ({
  keyId: request.actor.keyId,
  method: request.method,
  path: path ?? pathOf(request),
  key,
  fingerprint: fingerprintOf(request, meaning),
  status,
  requestId: request.id,
  isNote: false,
  at: clock.now(),
})

/** A request that asks for a fault is another than the same one without it. */
const fingerprintOf = ({ fault }: FastifyRequest, meaning: unknown): string =>
  createHash('sha256')
    .update(canonical(fault === undefined ? meaning : { meaning, fault }))
    .digest('hex')

export const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? ''

/** Whether the client says that it has sent this request before, as FLORA's client does. */
export const isRepeated = ({ headers }: FastifyRequest): boolean =>
  /^0*[1-9]\d*$/.test(String(headers['x-stainless-retry-count'] ?? ''))

/** The key that the client chose, in the header or in the body. */
export function keyOf(request: FastifyRequest, bodyKey: string | undefined): string | undefined {
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
