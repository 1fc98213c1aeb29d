// Going on with a resumable upload: bytes from an offset, made durable as they come.
import { checksumMismatch, conflict, invalidField, tooLarge } from '../../ground/errors.ts'
import { untilAborted } from '../../ground/until-aborted.ts'
import { claimed, stagingKey } from '../attempt.ts'
import { claim, type LiveUpload, liveUpload, overtaken } from '../claim.ts'
import { closerOf } from '../connection-end.ts'
import { boundsOf } from '../quota.ts'
import type { Ticket } from '../ticket.ts'
import { takingOver } from '../under-way.ts'
import { mayBring } from './begin.ts'
import { type Continuation, openContinuation, type ResumePorts } from './continuation.ts'
import { type Progress, progressOf } from './progress.ts'

export interface Patch {
  ticket: Ticket
  /** Where the client believes the upload to be. */
  offset: number
  /** Said now, of an upload whose length was left open. */
  totalBytes: number | undefined
  bytes: AsyncIterable<Uint8Array>
  /** Bytes with a checksum count only once it has been found right, all of them together. */
  checksum: Checksum | undefined
}

export interface Checksum {
  update(chunk: Uint8Array): void
  isRight(): boolean
}

/**
 * What came before a connection broke is kept. Throws `conflict` when the upload is not at `offset` or when another
 * has overtaken this one, `checksum_mismatch`, and `payload_too_large` or `insufficient_credits` for bytes beyond what
 * the upload may have.
 */
export const resume = (ports: ResumePorts, patch: Patch): Promise<Progress> =>
  takingOver(ports, { place: patch.ticket, reason: overtaken, isResumable: true }, signal =>
    bring(ports, patch, signal),
  )

async function bring(ports: ResumePorts, patch: Patch, signal: AbortSignal): Promise<Progress> {
  if (patch.totalBytes !== undefined)
    await mayBring(ports, await liveUpload(ports, patch.ticket), patch.totalBytes)
  const taken = await claim(ports, patch.ticket, current => continued(ports, current, patch))
  const file = await openContinuation(ports, taken)
  try {
    await pour(patch, file, { ...(await limitOf(ports, taken.held)), signal })
  } catch (error) {
    const closedBy = closerOf(error)
    await (patch.checksum === undefined ? file.keepWhatCame(closedBy) : file.dropWhatCame(closedBy))
    throw error
  }
  return file.settle()
}

/** The attempt as this upload takes it. The row has the last word on where the upload is and how long it will be. */
function continued(
  ports: ResumePorts,
  upload: LiveUpload,
  { offset, totalBytes }: Patch,
): LiveUpload['attempt'] {
  const at = progressOf(upload)
  if (at.offset !== offset) throw elsewhere(at.offset)
  if (totalBytes !== undefined && totalBytes !== (at.totalBytes ?? totalBytes))
    throw invalidField('upload-length', `was said to be ${at.totalBytes}: leave it out, or say the same`)
  const total = totalBytes ?? at.totalBytes
  if (total !== null && total < offset)
    throw invalidField('upload-length', `must be at least ${offset}, the bytes that have arrived`)
  const mine = claimed(upload.attempt, { now: ports.clock.now(), transport: 'tus' })
  if (mine.partial === null && mine.received !== null)
    throw conflict('All bytes of this upload have arrived: complete the asset.', false)
  const key = offset === 0 ? stagingKey(mine) : (mine.partial?.key ?? stagingKey(mine))
  return { ...mine, partial: { key, sizeBytes: offset, totalBytes: total } }
}

const elsewhere = (offset: number) =>
  conflict(`This upload is at byte ${offset}: ask with HEAD, and go on from its Upload-Offset.`, false)

async function limitOf(ports: ResumePorts, held: LiveUpload) {
  const { maxBytes, refusal } = await boundsOf(ports, held)
  const total = held.attempt.partial?.totalBytes ?? maxBytes
  return total <= maxBytes
    ? { maxBytes: total, refusal: () => tooLarge(total) }
    : { maxBytes, refusal: refusal ?? (() => tooLarge(maxBytes)) }
}

async function pour(
  { bytes, checksum }: Patch,
  file: Continuation,
  limit: { maxBytes: number; refusal: () => Error; signal: AbortSignal },
): Promise<void> {
  for await (const chunk of untilAborted(bytes, limit.signal)) {
    if (file.sizeBytes() + chunk.byteLength > limit.maxBytes) throw limit.refusal()
    checksum?.update(chunk)
    await file.write(chunk, { mayCount: checksum === undefined })
  }
  if (checksum?.isRight() === false) throw checksumMismatch()
}
