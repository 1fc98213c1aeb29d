// Decodes the pixels of HEIC, which the image library can only measure.
import { readFile } from 'node:fs/promises'
import { unreadable } from '../faulty-file.ts'
import { HEIC_MAX_PIXELS, openHeic } from '../heic-pictures.ts'

/** Whether the pictures were decoded; larger ones are not. Throws `FaultyFile` for broken ones. */
export async function checkHeicPixels(path: string, pixels: number): Promise<boolean> {
  if (pixels > HEIC_MAX_PIXELS) return false
  const bytes = await readFile(path)
  try {
    const pictures = await openHeic(bytes)
    try {
      for (const picture of pictures) await picture.decode()
    } finally {
      pictures.dispose()
    }
  } catch {
    throw unreadable('has damaged pixels')
  }
  return true
}
