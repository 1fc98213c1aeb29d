// Beginning a resumable upload: how long it will be, and nothing else yet.
import { invalidField, tooLarge } from '../../ground/errors.ts'
import { begun } from '../attempt.ts'
import { claim, type LiveUpload, liveUpload, overtaken } from '../claim.ts'
import { discardUnfinished } from '../discard.ts'
import { boundsOf } from '../quota.ts'
import { type ReceivePorts, receive } from '../receive.ts'
import type { Ticket } from '../ticket.ts'
import { takingOver } from '../under-way.ts'
import { type Progress, progressOf } from './progress.ts'

/**
 * Starts at the first byte, whatever an upload before has brought. `totalBytes` is null where the client will say it
 * later. Throws `payload_too_large` and `insufficient_credits` for a length that will not be taken, and
 * `input_validation_error` for one that is not what was reserved.
 */
export async function beginUpload(
  ports: ReceivePorts,
  { ticket, totalBytes }: { ticket: Ticket; totalBytes: number | null },
): Promise<Progress> {
  const upload = await liveUpload(ports, ticket)
  if (totalBytes !== null) await mayBring(ports, upload, totalBytes)
  if (totalBytes === 0) await receive(ports, { ticket, transport: 'tus', isBrief: true, bytes: nothing() })
  else await startOver(ports, ticket, totalBytes)
  return progressOf(await liveUpload(ports, ticket))
}

/** What a client says of the length must agree with what was promised, and fit. */
export async function mayBring(ports: ReceivePorts, upload: LiveUpload, totalBytes: number): Promise<void> {
  const { declaredSize } = upload.asset
  if (declaredSize !== null && totalBytes !== declaredSize)
    throw invalidField('upload-length', `must be ${declaredSize}, the file_size that was reserved`)
  const { maxBytes, refusal } = await boundsOf(ports, upload)
  if (totalBytes > maxBytes) throw refusal?.() ?? tooLarge(maxBytes)
}

const startOver = (ports: ReceivePorts, ticket: Ticket, totalBytes: number | null): Promise<void> =>
  takingOver(ports, { place: ticket, reason: overtaken }, async () => {
    const { before } = await claim(ports, ticket, ({ attempt }) =>
      begun(attempt, { now: ports.clock.now(), totalBytes }),
    )
    if (before.partial !== null) await discardUnfinished(ports, before.partial.key)
  })

async function* nothing(): AsyncGenerator<Uint8Array> {
  // an empty file is whole from the start
}
