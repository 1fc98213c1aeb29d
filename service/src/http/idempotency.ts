// Requests that may be sent twice: the second gets the first one's answer.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../ground/clock.ts'
import { conflict, idempotencyConflict, idempotencyDuplicate, notFound, Refusal } from '../ground/errors.ts'
import {
  REQUEST_TTL_MS,
  type RequestClaim,
  type RequestRecord,
  type RequestRecords,
} from '../ground/request-record.ts'
import { within } from '../ground/within.ts'
import { STATUS_OF } from './errors.ts'
import type { Flights } from './flights.ts'
import { type Asked, claimOf, isRepeated } from './request-claim.ts'

/** A request without a key counts as the first one's repetition for this long. */
const NOTE_TTL_MS = 10 * 60 * 1000
/** How long a request waits for the same one that is under way; clients give up after 60 s. */
const FLIGHT_WAIT_MS = 30_000

export interface IdempotencyPorts extends Pick<RequestRecords, 'findRequest' | 'saveRequest'> {
  clock: Clock
  /** The requests under way in this process. */
  flights: Flights
}

/** How a route does its work, and how it says again what it once did. */
export interface Work<T> extends Asked {
  /** What is not found when an answer can no longer be given again. */
  subject: 'asset' | 'project'
  /** Undefined says that a request with the same key was written first. */
  run(claim: RequestClaim | undefined): Promise<T | undefined>
  /** Undefined where what was answered is gone, or a note of it no longer holds. */
  replay(record: RequestRecord): Promise<T | undefined>
}

interface Asking<T> {
  ports: IdempotencyPorts
  reply: FastifyReply
  claim: RequestClaim
  work: Work<T>
}

/**
 * Runs the work once per key and workspace key, method and path. The key is remembered in the same write as what
 * the work makes, so of twenty at once one makes it and nineteen are answered with it. A request without a key is
 * done each time, unless its client says that it has sent it before.
 */
export async function idempotently<T>(
  ports: IdempotencyPorts,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  work: Work<T>,
): Promise<T> {
  const claim = claimOf(ports, request, work)
  if (claim === undefined) return there(await work.run(undefined))
  const asking = { ports, reply, claim, work }
  const isFirst = claim.isNote && !isRepeated(request)
  const turn = isFirst ? { claim, land: ports.flights.begin(claim) } : await takeTurn(asking)
  if ('answer' in turn) return turn.answer
  try {
    const done = await runOnce({ ...asking, claim: turn.claim })
    return done ?? thereStill(claim, (await lookUp(asking)).answer)
  } finally {
    turn.land()
  }
}

interface Turn {
  claim: RequestClaim
  land: () => void
}

/** Waits for the same request where it is under way, and answers with it; one that left nothing makes room for this. */
async function takeTurn<T>(asking: Asking<T>): Promise<{ answer: T } | Turn> {
  const { ports, claim } = asking
  const deadline = ports.clock.now() + FLIGHT_WAIT_MS
  for (;;) {
    const ahead = ports.flights.ahead(claim)
    if (ahead?.fingerprint === claim.fingerprint) {
      const landed = ahead.landed.then(() => true)
      const hasLanded = await within(ports.clock, deadline - ports.clock.now(), landed, false)
      if (!hasLanded) throw idempotencyDuplicate()
    }
    const { answer, requestId } = await lookUp(asking)
    if (answer !== undefined) return { answer }
    // Of two that differ the stored one is right, so the rows are asked first.
    if (ahead !== undefined && ahead.fingerprint !== claim.fingerprint) throw idempotencyConflict()
    // Nothing may be awaited between looking and beginning.
    if (ports.flights.ahead(claim) === undefined)
      return { claim: asRepetition(claim, requestId), land: ports.flights.begin(claim) }
  }
}

/** A request without a key that is repeated, and was not answered yet by this one. */
const asRepetition = (claim: RequestClaim, after: string | undefined): RequestClaim =>
  claim.isNote ? { ...claim, repeats: { after: after ?? null } } : claim

/**
 * What is remembered of the same request: whose it was, and its answer where that still counts. Throws what it was
 * refused with.
 */
async function lookUp<T>(asking: Asking<T>): Promise<{ requestId?: string; answer?: T | undefined }> {
  const record = await asking.ports.findRequest(asking.claim)
  if (record === undefined) return {}
  const outcome = await outcomeOf(asking.claim, asking.work, record)
  if (outcome === undefined) return { requestId: record.requestId }
  markReplayed(asking.reply, record.requestId).code(record.status)
  if (outcome instanceof Refusal) throw outcome
  return { requestId: record.requestId, answer: outcome }
}

export const markReplayed = (reply: FastifyReply, requestId: string): FastifyReply =>
  reply.header('idempotent-replayed', 'true').header('request-id', requestId)

/** What the remembered request was answered or refused with, as long as it counts. Throws where this one is another. */
export async function outcomeOf<T>(
  claim: RequestClaim,
  { subject, replay }: Pick<Work<T>, 'subject' | 'replay'>,
  record: RequestRecord,
): Promise<T | Refusal | undefined> {
  const { refusal } = record
  if (record.at <= claim.at - (claim.isNote ? NOTE_TTL_MS : REQUEST_TTL_MS)) return undefined
  if (record.fingerprint !== claim.fingerprint) throw idempotencyConflict()
  if (refusal !== null) return new Refusal(refusal.code, refusal.message, refusal)
  const answer = await replay(record)
  if (answer === undefined && !claim.isNote) throw notFound(subject)
  return answer
}

/** A refusal that holds is an answer too: with a key it is remembered before it is given. */
async function runOnce<T>(asking: Asking<T>): Promise<T | undefined> {
  const { ports, claim, work } = asking
  try {
    return await work.run(claim)
  } catch (error) {
    // What stands in the way of a repetition may be what its first has done meanwhile, on another node.
    const { answer } = claim.repeats === undefined ? {} : await lookUp(asking)
    if (answer !== undefined) return answer
    if (claim.isNote || !(error instanceof Refusal)) throw error
    if ((await rememberRefusal(ports, claim, error)) === 'already_answered') return undefined
    throw error
  }
}

/** Remembers one that holds. */
export async function rememberRefusal(
  ports: Pick<RequestRecords, 'saveRequest'>,
  claim: RequestClaim,
  refusal: Refusal,
): Promise<'saved' | 'already_answered' | 'not_kept'> {
  if (!holds(refusal)) return 'not_kept'
  const { code, message, fields, canHeal } = refusal
  return ports.saveRequest({
    ...claim,
    status: STATUS_OF[code],
    subjectId: null,
    attempt: null,
    refusal: { code, message, ...(fields ? { fields } : {}), canHeal },
  })
}

/** Whether the same request would be refused again, as far as it depends on its sender. */
function holds({ code, canHeal }: Refusal): boolean {
  const status = STATUS_OF[code]
  return status < 500 && status !== 401 && status !== 429 && !(status === 409 && canHeal)
}

/** Of a note alone it may be gone again already. */
function thereStill<T>(claim: RequestClaim, value: T | undefined): T {
  if (value === undefined && claim.isNote)
    throw conflict('What this request had made was changed meanwhile: send it again.', true)
  return there(value)
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a write was answered by a request that cannot be found')
  return value
}
