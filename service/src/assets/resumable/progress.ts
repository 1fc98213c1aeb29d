// How far a resumable upload has come.
import { type LiveUpload, liveUpload, overtaken } from '../claim.ts'
import type { Ports } from '../ports.ts'
import type { Ticket } from '../ticket.ts'
import { stopUpload } from '../under-way.ts'

export interface Progress {
  /** So many bytes are durable: the next one to send. */
  offset: number
  /** Null while the client has not said. */
  totalBytes: number | null
  /** Unix milliseconds. */
  expiresAt: number
}

export function progressOf({ asset, attempt }: LiveUpload): Progress {
  const { expiresAt, partial, received } = attempt
  if (partial !== null) return { offset: partial.sizeBytes, totalBytes: partial.totalBytes, expiresAt }
  const size = received?.sizeBytes
  return { offset: size ?? 0, totalBytes: size ?? asset.declaredSize, expiresAt }
}

/** Whoever asks is about to go on: a connection that this process still has open is stopped, and its bytes count. */
export async function findProgress(
  ports: Pick<Ports, 'assets' | 'uploads' | 'clock'>,
  ticket: Ticket,
): Promise<Progress> {
  await stopUpload(ports, ticket, overtaken())
  return progressOf(await liveUpload(ports, ticket))
}
