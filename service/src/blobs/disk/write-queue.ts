// Gathering bytes into few, large writes.
import type { FileHandle } from 'node:fs/promises'
import { letGo } from '../../ground/let-go.ts'

/** A chain of 64 KiB writes costs more than hashing and parsing together. */
const FLUSH_BYTES = 512 * 1024
/** Nor is more gathered than one system call takes: of single bytes, half a mebibyte would fill a hundred. */
const FLUSH_PIECES = 1024

export interface WriteQueue {
  /** Takes the bytes for good; resolves when more may come. */
  add(bytes: Uint8Array): Promise<void>
  /** Resolves when everything added has been written. */
  drain(): Promise<void>
}

/** Gathers bytes while the last write is under way: at most two flushes are in memory. */
export function createWriteQueue(handle: FileHandle, startsAt: number): WriteQueue {
  let position = startsAt
  let gathered: Uint8Array[] = []
  let gatheredBytes = 0
  let flushing: Promise<void> = Promise.resolve()
  const flush = async () => {
    await flushing
    const batch = { chunks: gathered, bytes: gatheredBytes, position }
    position += gatheredBytes
    gathered = []
    gatheredBytes = 0
    flushing = writeAll(handle, batch)
    flushing.catch(() => undefined) // the next flush or the drain throws it
  }
  return {
    add: bytes => {
      gathered.push(bytes)
      gatheredBytes += bytes.byteLength
      return gatheredBytes < FLUSH_BYTES && gathered.length < FLUSH_PIECES ? Promise.resolve() : flush()
    },
    drain: async () => {
      await flush()
      await flushing
    },
  }
}

interface Batch {
  chunks: Uint8Array[]
  bytes: number
  position: number
}

async function writeAll(handle: FileHandle, { chunks, bytes, position }: Batch): Promise<void> {
  if (bytes === 0) return
  const { bytesWritten } = await handle.writev(chunks, position)
  if (bytesWritten === bytes) return chunks.forEach(letGo)
  // A short write (a signal, a full disk): the rest goes alone, and the system says then what is wrong.
  let rest = Buffer.concat(chunks).subarray(bytesWritten)
  let at = position + bytesWritten
  while (rest.byteLength > 0) {
    const written = (await handle.write(rest, 0, rest.byteLength, at)).bytesWritten
    rest = rest.subarray(written)
    at += written
  }
}
