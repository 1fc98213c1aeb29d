// Many reservations in one request, each of them done once: how those that were made before are told from new ones.
import type { FastifyRequest } from 'fastify'
import type { SaidOfAsset } from '../assets/describe.ts'
import type { Upload } from '../assets/ports.ts'
import { reserveAll } from '../assets/reserve-all.ts'
import { answerOrRefusal, Refusal } from '../ground/errors.ts'
import type { RequestClaim } from '../ground/request-record.ts'
import { asAnswered } from './asset-body.ts'
import type { Deps } from './deps.ts'
import { outcomeOf, rememberRefusal } from './idempotency.ts'

export interface BatchItem {
  said: SaidOfAsset
  /** Undefined for one that is reserved each time it comes. */
  claim: RequestClaim | undefined
}

export interface BatchResult {
  result: Upload | Refusal
  /** The request that was first answered with it; undefined where the item itself is at fault. */
  requestId?: string
}

/** Answers in the items' order; an item that could not be read stands there as its refusal. */
export async function reserveEachOnce(
  deps: Deps,
  request: FastifyRequest,
  { workspaceId, items }: { workspaceId: string; items: (BatchItem | Refusal)[] },
): Promise<BatchResult[]> {
  const known = await Promise.all(
    items.map(item => (item instanceof Refusal ? { result: item } : remembered(deps, request, item))),
  )
  const fresh = items.flatMap((item, n) => (item instanceof Refusal || known[n] ? [] : [item]))
  const wanted = fresh.map(({ said, claim }) => ({ said, request: claim }))
  const reserved = await reserveAll(deps, request.actor, { workspaceId, wanted, fault: request.fault })
  const done = await Promise.all(
    fresh.map((item, n) => settled(deps, request, { item, result: reserved[n] })),
  )
  const rest = done.values()
  return known.flatMap(one => one ?? rest.next().value ?? [])
}

/** Undefined for an item that is to be reserved. */
async function remembered(
  deps: Deps,
  request: FastifyRequest,
  { claim }: BatchItem,
): Promise<BatchResult | undefined> {
  if (claim === undefined) return undefined
  const record = await deps.findRequest(claim)
  if (record === undefined) return undefined
  const first = { subject: 'asset', replay: () => asAnswered(deps, record) } as const
  const outcome = await answerOrRefusal(async () => ({ result: await outcomeOf(claim, first, record) }))
  if (outcome instanceof Refusal) return { result: outcome, requestId: request.id }
  return outcome.result && { result: outcome.result, requestId: record.requestId }
}

async function settled(
  deps: Deps,
  request: FastifyRequest,
  { item, result }: { item: BatchItem; result: Upload | Refusal | undefined },
): Promise<BatchResult> {
  const isLate =
    result === undefined ||
    (result instanceof Refusal &&
      item.claim !== undefined &&
      (await rememberRefusal(deps, item.claim, result)) === 'already_answered')
  if (!isLate) return { result, requestId: request.id }
  const first = await remembered(deps, request, item)
  if (first === undefined) throw new Error('a write was answered by a request that cannot be found')
  return first
}
