// Receiving the bytes of a reserved upload, whole or not at all.
import { untilAborted } from '../ground/until-aborted.ts'
import { arrive } from './arrive.ts'
import { claimed, released, stagingKey, type Transport } from './attempt.ts'
import { createAttemptRow } from './attempt-row.ts'
import { claim, overtaken } from './claim.ts'
import type { Ports } from './ports.ts'
import { boundsOf } from './quota.ts'
import { stage } from './stage.ts'
import type { Ticket } from './ticket.ts'
import { takingOver } from './under-way.ts'

export type ReceivePorts = Pick<
  Ports,
  'assets' | 'blobs' | 'forms' | 'media' | 'scanner' | 'looks' | 'uploads' | 'clock' | 'ids' | 'policy'
>

export interface WholeUpload {
  ticket: Ticket
  transport: Transport
  bytes: AsyncIterable<Uint8Array>
}

/**
 * Streams the bytes into quarantine. The newest upload on a ticket wins: an older one that still runs is refused with
 * `conflict`. Throws `forbidden` for a ticket whose attempt is over.
 */
export const receive = (ports: ReceivePorts, upload: WholeUpload): Promise<void> =>
  takingOver(ports, { place: upload.ticket, reason: overtaken }, signal => bring(ports, upload, signal))

async function bring(
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
    // The attempt is as it was before; if that cannot be written, the hold simply runs out.
    await row.write(released).catch(() => undefined)
    throw error
  }
}
