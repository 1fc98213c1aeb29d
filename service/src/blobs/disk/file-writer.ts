// Writing one file so that it is there whole and durably, or not at all.
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { BlobWriter } from '../../assets/ports.ts'
import type { SyncFolder } from './folder-sync.ts'
import { onDisk } from './trouble.ts'

/** Few, large writes: a chain of 64 KiB ones costs more than hashing and parsing together. */
const FLUSH_BYTES = 512 * 1024
/** Nor is more gathered than one system call takes: of single bytes, half a mebibyte would fill a hundred. */
const FLUSH_PIECES = 1024

export interface FilePlace {
  /** Where the bytes are written; in the same file system as `target`. */
  temporary: string
  target: string
}

/** Temp file, fdatasync, rename, fsync of the folder: the order in which nothing half-written gets a name. */
export async function openFileWriter(place: FilePlace, syncFolder: SyncFolder): Promise<BlobWriter> {
  const handle = await onDisk(() => open(place.temporary, 'wx', 0o600))
  const queue = createQueue(handle)
  return {
    write: bytes => onDisk(() => queue.add(bytes)),
    commit: () =>
      onDisk(async () => {
        await queue.drain()
        await handle.datasync()
        await handle.close()
        await rename(place.temporary, place.target)
        await syncFolder(path.dirname(place.target))
      }),
    abort: async () => {
      await queue.drain().catch(() => undefined)
      await handle.close().catch(() => undefined)
      await unlink(place.temporary).catch(() => undefined) // it has its target's name, or the sweep finds it
    },
  }
}

/** Gathers bytes while the last write is under way: at most two flushes are in memory. */
function createQueue(handle: FileHandle) {
  let gathered: Uint8Array[] = []
  let gatheredBytes = 0
  let flushing: Promise<void> = Promise.resolve()
  const flush = async () => {
    await flushing
    const batch = gathered
    const batchBytes = gatheredBytes
    gathered = []
    gatheredBytes = 0
    flushing = writeAll(handle, batch, batchBytes)
    flushing.catch(() => undefined) // the next flush or the drain throws it
  }
  return {
    add: (bytes: Uint8Array): Promise<void> => {
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

async function writeAll(handle: FileHandle, chunks: Uint8Array[], bytes: number): Promise<void> {
  if (bytes === 0) return
  const { bytesWritten } = await handle.writev(chunks)
  if (bytesWritten === bytes) return
  // A short write (a signal, a full disk): the rest goes alone, and the system says then what is wrong.
  const rest = Buffer.concat(chunks).subarray(bytesWritten)
  await handle.writeFile(rest)
}
