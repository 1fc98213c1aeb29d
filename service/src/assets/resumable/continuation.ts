// One stretch of a resumable upload: its file, and what the row says of it.
import { conflict } from '../../ground/errors.ts'
import { arrive } from '../arrive.ts'
import { type Attempt, type ClosedBy, type PartialBytes, released } from '../attempt.ts'
import { type AttemptRow, createAttemptRow } from '../attempt-row.ts'
import type { LiveUpload } from '../claim.ts'
import { discardUnfinished } from '../discard.ts'
import type { Ports } from '../ports.ts'
import type { ReceivePorts } from '../receive.ts'
import { sniffStored } from '../stage.ts'
import { keepHash } from './kept-hashes.ts'
import type { Progress } from './progress.ts'
import { openUnfinished, type Unfinished } from './unfinished.ts'

export type ResumePorts = ReceivePorts & Pick<Ports, 'hashes'>

export interface Continuation {
  sizeBytes(): number
  /** Bytes that may count are made sure every now and then, so that a crash costs no more than those since. */
  write(chunk: Uint8Array, bytes: { mayCount: boolean }): Promise<void>
  /** The bytes came to their end and are durable; those of a whole file the attempt has received. */
  settle(): Promise<Progress>
  /** The connection broke: what came is durable. Never throws. */
  keepWhatCame(closedBy: ClosedBy): Promise<void>
  /** The upload is where it was before. Never throws. */
  dropWhatCame(closedBy: ClosedBy): Promise<void>
}

/** So many bytes at most are sent again after a crash. */
const SAVE_EVERY_BYTES = 16 * 1024 * 1024

/** Throws `conflict` where the bytes that were kept are gone: the upload begins anew then. */
export async function openContinuation(
  ports: ResumePorts,
  { before, held }: { before: Attempt; held: LiveUpload },
): Promise<Continuation> {
  const { asset, attempt } = held
  const partial = attempt.partial
  if (partial === null) throw new Error('an upload goes on without a place for its bytes')
  const row = createAttemptRow(ports, attempt)
  const handBack = (leaseUntil: number | null) =>
    row.write(current => ({ ...current, leaseUntil, closedBy: 'server' })).catch(() => undefined)
  try {
    const file = await openUnfinished(ports, partial, { before, held: attempt })
    if (file !== undefined) {
      if (file.partial.sizeBytes > 0 && file.partial.key !== partial.key) await moveTo(ports, row, file)
      return continuationOf(ports, { asset, row, file })
    }
  } catch (error) {
    await handBack(before.leaseUntil) // whoever may still be writing to the old file may do so as before
    throw error
  }
  await row.write(current => ({ ...released(current, 'server'), partial: { ...partial, sizeBytes: 0 } }))
  throw conflict('The bytes that had arrived are lost: ask with HEAD, and begin again.', false)
}

/** The row speaks of the copy from now on. */
async function moveTo(ports: ResumePorts, row: AttemptRow, { writer, partial }: Unfinished): Promise<void> {
  const old = row.attempt().partial
  try {
    await writer.save()
    await row.writeKept(partial)
  } catch (error) {
    await (row.isUnsure() ? writer.close() : writer.abort())
    throw error
  }
  if (old !== null) await discardUnfinished(ports, old.key)
}

interface Stretch {
  asset: LiveUpload['asset']
  row: AttemptRow
  file: Unfinished
}

function continuationOf(ports: ResumePorts, { asset, row, file }: Stretch): Continuation {
  const { writer, hash, partial: start } = file
  const hashAtStart = hash.copy()
  let isHashSound = true
  let sizeBytes = start.sizeBytes
  const now = (): PartialBytes => ({ ...start, sizeBytes })
  const save = async () => {
    await writer.save()
    await row.writeKept(now())
  }
  /** Only a file that the row speaks of is worth keeping; where that is not known the sweep finds out. */
  const leave = () => (row.isUnsure() || row.sureBytes() > 0 ? writer.close() : writer.abort())
  const pause = async (closedBy: ClosedBy) => {
    try {
      await writer.save()
      await row.writeKept(now(), closedBy)
      if (isHashSound) keepHash(ports.hashes, start.key, { hash, sizeBytes })
    } finally {
      await leave()
    }
  }
  const dropWhatCame = async (closedBy: ClosedBy) => {
    await leave()
    keepHash(ports.hashes, start.key, { hash: hashAtStart, sizeBytes: start.sizeBytes })
    await row.release(closedBy)
  }
  return {
    sizeBytes: () => sizeBytes,
    write: async (chunk, { mayCount }) => {
      const { byteLength } = chunk
      hash.update(chunk)
      isHashSound = false // it knows bytes that the file may never have
      await writer.write(chunk)
      isHashSound = true
      sizeBytes += byteLength
      if (mayCount && sizeBytes - row.sureBytes() >= SAVE_EVERY_BYTES) await save()
      else await row.renewInTime()
    },
    settle: async () => {
      if (sizeBytes === start.totalBytes) await finish(ports, { asset, row, file }, sizeBytes)
      else await pause('client')
      return { offset: sizeBytes, totalBytes: start.totalBytes, expiresAt: row.attempt().expiresAt }
    },
    keepWhatCame: closedBy =>
      sizeBytes > start.sizeBytes ? pause(closedBy).catch(() => undefined) : dropWhatCame(closedBy),
    dropWhatCame,
  }
}

/** If the row cannot be written, the whole file waits under its name for whoever goes on. */
async function finish(ports: ResumePorts, { asset, row, file }: Stretch, sizeBytes: number): Promise<void> {
  const { writer, partial, hash } = file
  const bytes = { key: partial.key, sizeBytes, sha256: hash.digest('hex') }
  const sniffedType = await unlessOvertaken(row, async () => {
    await writer.commit().catch(async error => {
      await writer.close()
      throw error
    })
    return sniffStored(ports, bytes)
  })
  await arrive(ports, { asset, attempt: row.attempt() }, { ...bytes, sniffedType })
}

/** Whoever ended the attempt meanwhile has removed its file, too: then that is what there is to tell. */
async function unlessOvertaken<T>(row: AttemptRow, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    await row.write(current => current)
    throw error
  }
}
