// Writing one file so that it is there whole and durably, or not at all.
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { BlobWriter } from '../../assets/ports.ts'
import type { SyncFolder } from './folder-sync.ts'
import { createSteadySync } from './steady-sync.ts'
import { onDisk } from './trouble.ts'
import { createWriteQueue } from './write-queue.ts'

export interface FilePlace {
  /** Where the bytes are written; in the same file system as `target`. */
  temporary: string
  target: string
}

/** A new file. */
export const openFileWriter = async (place: FilePlace, syncFolder: SyncFolder): Promise<BlobWriter> =>
  writerOf(await onDisk(() => open(place.temporary, 'wx', 0o600)), { place, syncFolder, startsAt: 0 })

/** A file that has `keptBytes` of some use; what follows them goes. */
export const reopenFileWriter = async (
  place: FilePlace,
  syncFolder: SyncFolder,
  keptBytes: number,
): Promise<BlobWriter> =>
  onDisk(async () => {
    const handle = await open(place.temporary, 'r+')
    await handle.truncate(keptBytes)
    return writerOf(handle, { place, syncFolder, startsAt: keptBytes })
  })

interface Writing {
  place: FilePlace
  syncFolder: SyncFolder
  startsAt: number
}

/** Temp file, fdatasync, rename, fsync of the folder: the order in which nothing half-written gets a name. */
function writerOf(handle: FileHandle, { place, syncFolder, startsAt }: Writing): BlobWriter {
  const queue = createWriteQueue(handle, startsAt)
  const { came, sync } = createSteadySync(handle)
  const closeAnyway = async () => {
    await queue.drain().catch(() => undefined)
    await handle.close().catch(() => undefined)
  }
  return {
    write: bytes => {
      came(bytes.byteLength)
      return onDisk(() => queue.add(bytes))
    },
    save: () =>
      onDisk(async () => {
        await queue.drain()
        await sync()
        await syncFolder(path.dirname(place.temporary))
      }),
    commit: () =>
      onDisk(async () => {
        await queue.drain()
        await sync()
        await handle.close()
        await rename(place.temporary, place.target)
        await syncFolder(path.dirname(place.target))
      }),
    close: closeAnyway,
    abort: async () => {
      await closeAnyway()
      await unlink(place.temporary).catch(() => undefined) // it has its target's name, or the sweep finds it
    },
  }
}
