// Turns the first picture of a HEIC into a PNG that the image library reads, colours and transparency kept.
import { readFile } from 'node:fs/promises'
import { HEIC_MAX_PIXELS, openHeic } from '../heic-pictures.ts'
import { withProfile } from '../png-chunks.ts'
import { loadSharp } from '../sharp.ts'
import { Underivable } from './underivable.ts'

/** No larger than `maxSide` a side: a smaller picture is quicker to pass on. AVIF under this type stays what it is. */
export async function heicAsPng(path: string, maxSide: number): Promise<string | Buffer> {
  const sharp = await loadSharp()
  const { width, height, compression, icc } = await sharp(path, { limitInputPixels: false }).metadata()
  if (compression === 'av1') return path
  if (compression !== 'hevc') throw new Underivable('is packed in a way that is not decoded here')
  if (width * height > HEIC_MAX_PIXELS)
    throw new Underivable(
      `has ${Math.round((width * height) / 1e6)} megapixels, and HEIC is decoded up to ${HEIC_MAX_PIXELS / 1e6}`,
    )
  const { data, ...size } = await decoded(path)
  const png = await sharp(data, { raw: { ...size, channels: 4 } })
    .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
    .png({ compressionLevel: 1 })
    .toBuffer()
  return icc === undefined ? png : withProfile(png, icc)
}

async function decoded(path: string) {
  const pictures = await openHeic(await readFile(path))
  try {
    const [first] = pictures
    if (first === undefined) throw new Underivable('holds no picture')
    return await first.decode()
  } finally {
    pictures.dispose()
  }
}
