// How a connection ended that did not bring its bytes, as the attempt's row keeps it.
import { Refusal } from '../ground/errors.ts'
import { FetchFailure } from '../ground/fetch-failure.ts'
import { type Attempt, type ClosedBy, isLeased } from './attempt.ts'
import type { LiveUpload } from './claim.ts'
import type { Ports } from './ports.ts'

/** Whose doing it is that an upload failed so. */
export const closerOf = (error: unknown): ClosedBy =>
  (error instanceof Refusal || error instanceof FetchFailure) && error.hasSenderLeft ? 'client' : 'server'

type End = { closedBy: ClosedBy } & Partial<Pick<Attempt, 'transport' | 'firstByteAt' | 'lastByteAt'>>

/**
 * Notes how an upload ended that never held the attempt, unless another holds it or has moved it on. Never throws: what
 * cannot be noted is not worth an answer.
 */
export async function noteEnd(
  { assets, clock }: Pick<Ports, 'assets' | 'clock'>,
  attempt: LiveUpload['attempt'],
  end: End,
): Promise<void> {
  if (isLeased(attempt, clock.now())) return
  await assets
    .save({ attempts: [{ before: attempt, after: { ...attempt, ...end } }], events: [] })
    .catch(() => undefined)
}
