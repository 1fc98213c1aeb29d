// Tells a disk at fault from a broken picture, which the image library reports alike.
import type { Bytes } from './bytes.ts'

/** Reads all of the file; throws the system's error where that cannot be done. */
export async function checkDisk(file: Bytes): Promise<void> {
  const step = 1024 * 1024
  for (let offset = 0; offset < file.size; offset += step) await file.upTo(offset, step)
}
