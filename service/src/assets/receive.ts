// Receiving the bytes of a reserved upload, whole or not at all.
import { untilAborted } from '../ground/until-aborted.ts'
import { arrive } from './arrive.ts'
import { claimed, LEASE_MS, released, renewed, stagingKey, type Transport } from './attempt.ts'
import { claim, type LiveUpload, overtaken } from './claim.ts'
import type { Ports } from './ports.ts'
import { boundsOf } from './quota.ts'
import { stage } from './stage.ts'
import type { Ticket } from './ticket.ts'
import { takingOver } from './under-way.ts'

export type ReceivePorts = Pick<
  Ports,
  'assets' | 'blobs' | 'media' | 'scanner' | 'looks' | 'uploads' | 'clock' | 'ids'
>

export interface WholeUpload {
  ticket: Ticket
  transport: Transport
  bytes: AsyncIterable<Uint8Array>
}

const RENEW_AFTER_MS = LEASE_MS / 4

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
  const hold = keepHold(ports, held)
  try {
    const whole = await stage(ports, untilAborted(bytes, signal), {
      key: stagingKey(held.attempt),
      ...(await boundsOf(ports, held)),
      onBytes: hold.onBytes,
    })
    await arrive(ports, { asset: held.asset, attempt: hold.attempt() }, whole)
  } catch (error) {
    await letGo(ports, hold.attempt())
    throw error
  }
}

/** Renews the hold while bytes arrive, and stops an upload that a newer one has overtaken. */
function keepHold(ports: ReceivePorts, { attempt }: LiveUpload) {
  let current = attempt
  let renewAt = ports.clock.now() + RENEW_AFTER_MS
  const renew = async () => {
    const now = ports.clock.now()
    renewAt = now + RENEW_AFTER_MS
    const next = renewed(current, now)
    const saved = await ports.assets.save({ attempts: [{ before: current, after: next }], events: [] })
    if (saved !== 'saved') throw overtaken()
    current = next
  }
  return {
    attempt: () => current,
    onBytes: () => (ports.clock.now() < renewAt ? undefined : renew()),
  }
}

/** Gives the attempt back as it was before; if that fails too, the hold simply runs out. */
async function letGo(ports: ReceivePorts, attempt: LiveUpload['attempt']): Promise<void> {
  await ports.assets
    .save({ attempts: [{ before: attempt, after: released(attempt) }], events: [] })
    .catch(() => undefined)
}
