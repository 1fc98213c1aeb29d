// Writing a file whose bytes are all there.
import { type FilePlace, openFileWriter } from './file-writer.ts'
import type { SyncFolder } from './folder-sync.ts'

/** Leaves nothing behind if it throws. */
export async function putFile(place: FilePlace, bytes: Uint8Array, syncFolder: SyncFolder): Promise<void> {
  const writer = await openFileWriter(place, syncFolder)
  try {
    await writer.write(bytes)
    await writer.commit()
  } catch (error) {
    await writer.abort()
    throw error
  }
}
