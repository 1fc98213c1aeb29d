// Decodes the pixels of HEIC, which the image library can only measure.
import { readFile } from 'node:fs/promises'
import { unreadable } from '../faulty-file.ts'

/** The decoder keeps all pixels of a picture in memory, more than once. */
const MAX_PIXELS = 50_000_000

/** Whether the pictures were decoded; larger ones are not. Throws `FaultyFile` for broken ones. */
export async function checkHeicPixels(path: string, pixels: number): Promise<boolean> {
  if (pixels > MAX_PIXELS) return false
  const { default: heic } = await import('heic-decode')
  const buffer = await readFile(path)
  // The decoder turns away major brands that it has not heard of; what the picture is made of, it sees itself.
  buffer.write('heic', 8, 'latin1')
  try {
    const pictures = await heic.all({ buffer })
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
