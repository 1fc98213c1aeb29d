// An unfinished file that was saved: found again, read, gone on with.
import { rename, stat } from 'node:fs/promises'
import path from 'node:path'
import type { SavedBytes } from '../../assets/ports.ts'
import { type FilePlace, reopenFileWriter } from './file-writer.ts'
import type { SyncFolder } from './folder-sync.ts'
import { readFileRange } from './read-file.ts'
import { onDisk } from './trouble.ts'

export const findSavedFile = (
  place: FilePlace,
  syncFolder: SyncFolder,
  sizeBytes: number,
): Promise<SavedBytes | undefined> =>
  onDisk(async () => {
    await takeBack(place, syncFolder)
    if ((await sizeOf(place.temporary)) < sizeBytes) return undefined
    return {
      read: () => readLate(place.temporary, sizeBytes),
      append: () => reopenFileWriter(place, syncFolder, sizeBytes),
    }
  })

/** Its process may have died between the rename and the row that was to tell of it. */
async function takeBack({ temporary, target }: FilePlace, syncFolder: SyncFolder): Promise<void> {
  if ((await sizeOf(temporary)) >= 0 || (await sizeOf(target)) < 0) return
  await rename(target, temporary)
  await syncFolder(path.dirname(temporary))
  await syncFolder(path.dirname(target))
}

/** −1 for a file that is not there. */
const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? -1

async function* readLate(file: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  if (sizeBytes > 0) yield* await onDisk(() => readFileRange(file, { start: 0, end: sizeBytes - 1 }))
}
