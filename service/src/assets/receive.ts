// Receiving the bytes of a reserved upload, whole or not at all.
import { untilAborted } from '../ground/until-aborted.ts'
import { arrive } from './arrive.ts'
import { claimed, stagingKey, type Transport } from './attempt.ts'
import { createAttemptRow } from './attempt-row.ts'
import { claim, liveUpload, overtaken } from './claim.ts'
import { closerOf, noteEnd } from './connection-end.ts'
import type { Ports } from './ports.ts'
import { boundsOf } from './quota.ts'
import { stage, stageAtOnce } from './stage.ts'
import type { Ticket } from './ticket.ts'
import { takingOver } from './under-way.ts'

export type ReceivePorts = Pick<
  Ports,
  'assets' | 'blobs' | 'forms' | 'media' | 'scanner' | 'looks' | 'uploads' | 'clock' | 'ids' | 'policy'
>

export interface WholeUpload {
  ticket: Ticket
  transport: Transport
  /** Whether all of it fits into a few packets, so that it is over in moments, at the latest after `BRIEF_MS`. */
  isBrief: boolean
  bytes: AsyncIterable<Uint8Array>
}

/** The door cuts off whoever takes longer over a few packets. */
const BRIEF_MS = 2 * 60 * 1000

/**
 * Streams the bytes into quarantine. The newest upload on a ticket wins: an older one that still runs is refused with
 * `conflict`. Throws `forbidden` for a ticket whose attempt is over.
 */
export const receive = (ports: ReceivePorts, upload: WholeUpload): Promise<void> =>
  takingOver(ports, { place: upload.ticket, reason: overtaken }, signal =>
    upload.isBrief ? bringAtOnce(ports, upload, signal) : bringHolding(ports, upload, signal),
  )

/**
 * Brings bytes that are there in moments. Nobody needs to be kept off meanwhile, so the attempt is claimed in the same
 * write that says they are whole: where another has claimed it since, that one is newer.
 */
async function bringAtOnce(ports: ReceivePorts, upload: WholeUpload, signal: AbortSignal): Promise<void> {
  const live = await liveUpload(ports, upload.ticket)
  // An attempt may be closed at its end unless an upload holds it.
  if (live.attempt.expiresAt - ports.clock.now() < BRIEF_MS) return bringHolding(ports, upload, signal)
  const mine = claimed(live.attempt, { now: ports.clock.now(), transport: upload.transport })
  let lastByteAt = mine.lastByteAt
  try {
    const whole = await stageAtOnce(ports, untilAborted(upload.bytes, signal), {
      key: `${live.attempt.quarantineKey}.${unclaimedFence(ports)}`,
      ...(await boundsOf(ports, live)),
      onBytes: () => {
        lastByteAt = ports.clock.now()
      },
    })
    await arrive(ports, { asset: live.asset, attempt: mine }, whole, { before: live.attempt })
  } catch (error) {
    const { transport, firstByteAt } = mine
    await noteEnd(ports, live.attempt, { transport, firstByteAt, lastByteAt, closedBy: closerOf(error) })
    throw error
  }
}

/** Refuses an upload for what it announces, before any of its bytes are read; what is under way goes on. */
export async function refuse(
  ports: ReceivePorts,
  { ticket, transport }: Pick<WholeUpload, 'ticket' | 'transport'>,
  refusal: Error,
): Promise<never> {
  const live = await liveUpload(ports, ticket).catch(() => undefined)
  if (live !== undefined) await noteEnd(ports, live.attempt, { transport, closedBy: closerOf(refusal) })
  throw refusal
}

/** No two uploads ever write to one file, and this one has no fence of its own yet. */
const unclaimedFence = ({ ids }: ReceivePorts): bigint =>
  Buffer.from(ids.token(), 'base64url').readBigUInt64BE() | (1n << 63n)

/** Holds the attempt for as long as the bytes come. */
async function bringHolding(
  ports: ReceivePorts,
  { ticket, transport, bytes }: WholeUpload,
  signal: AbortSignal,
): Promise<void> {
  const { held } = await claim(ports, ticket, ({ attempt }) =>
    claimed(attempt, { now: ports.clock.now(), transport }),
  )
  const row = createAttemptRow(ports, held.attempt)
  try {
    const whole = await stage(ports, untilAborted(bytes, signal), {
      key: stagingKey(held.attempt),
      ...(await boundsOf(ports, held)),
      onBytes: row.renewInTime,
    })
    await arrive(ports, { asset: held.asset, attempt: row.attempt() }, whole)
  } catch (error) {
    await row.release(closerOf(error)) // the attempt has what it had before
    throw error
  }
}
