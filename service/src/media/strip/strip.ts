// Removes what a picture says about its maker and place, without touching its pixels.
import { type Bytes, openBytes } from '../bytes.ts'
import { stripJpeg } from './strip-jpeg.ts'
import { stripPng } from './strip-png.ts'
import { stripWebp } from './strip-webp.ts'

const strippers: Record<string, (file: Bytes) => AsyncGenerator<Buffer>> = {
  'image/jpeg': stripJpeg,
  'image/png': stripPng,
  'image/webp': stripWebp,
}

export const canStrip = (type: string): boolean => Object.hasOwn(strippers, type)

/**
 * The picture at `source` as a stream of pieces, without EXIF, GPS, XMP, IPTC, comments, thumbnails, whatever its
 * format does not know, and whatever follows its end. Colours, animation and orientation stay. Holds no more than a
 * piece in memory. Throws `FaultyFile` where the container is broken, which an admitted picture's is not.
 */
export async function* strippedBytes(type: string, source: string): AsyncGenerator<Buffer> {
  const strip = strippers[type]
  if (strip === undefined) throw new Error(`nothing strips ${type}`)
  const file = await openBytes(source)
  try {
    yield* strip(file)
  } finally {
    await file.close()
  }
}
