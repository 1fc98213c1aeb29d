// What is kept of a write that was saved: a small object that names its upload and holds the bytes no part has yet.
import { unfinishedOf } from '../keys.ts'
import type { Bucket } from './bucket.ts'
import type { Write } from './joining.ts'
import { bytesOf } from './read-object.ts'

export interface SavedState {
  write: Write
  /** The first so many parts of the upload, and their length. */
  parts: number
  partBytes: number
  /** What follows them. */
  rest: Buffer
}

/** One request, so that a save is there whole or the one before it is. */
export const saveState = (bucket: Bucket, { write, parts, partBytes, rest }: SavedState): Promise<void> =>
  bucket.put(unfinishedOf(write.key), rest, {
    upload: write.uploadId,
    write: write.mark,
    parts: String(parts),
    'part-bytes': String(partBytes),
  })

export async function findState(bucket: Bucket, key: string): Promise<SavedState | undefined> {
  const found = await bucket.get(unfinishedOf(key))
  if (found === undefined) return undefined
  const { upload = '', write: mark = '', parts, 'part-bytes': partBytes } = found.metadata
  const chunks: Uint8Array[] = []
  for await (const chunk of bytesOf(found.body)) chunks.push(chunk)
  const rest = Buffer.concat(chunks)
  return { write: { key, uploadId: upload, mark }, parts: Number(parts), partBytes: Number(partBytes), rest }
}
