// Reads a picture: its header first, then, if it is not too large, every row of every frame, keeping none.
import type { Bytes } from '../bytes.ts'
import { checkDisk } from '../check-disk.ts'
import { tooManyPixels, unreadable } from '../faulty-file.ts'
import { pictureInput } from '../picture-input.ts'
import { loadSharp } from '../sharp.ts'
import { checkGif, gifScreen } from './gif.ts'
import { checkHeicPixels } from './heic.ts'
import { checkBoxes } from './iso-boxes.ts'
import { sequenceFrames } from './iso-tables.ts'
import type { Look } from './look.ts'
import { checkPixels } from './pixels.ts'
import { readPngFrames } from './png.ts'
import { checkWebp } from './webp.ts'

/** What the image library calls the container of each type, and the codec inside where it has a choice. */
const containers: Record<string, { format: string; codecs?: string[] }> = {
  'image/jpeg': { format: 'jpeg' },
  'image/png': { format: 'png' },
  'image/webp': { format: 'webp' },
  'image/gif': { format: 'gif' },
  'image/avif': { format: 'heif', codecs: ['av1'] },
  'image/heic': { format: 'heif', codecs: ['hevc'] },
  'image/heif': { format: 'heif' },
}

/** The size of one frame as it is stored, before it is turned upright. */
interface Header {
  width: number
  height: number
  frames: number
  hasAlpha: boolean
  /** Of the HEIF family: `av1`, `hevc` or another. */
  codec: string | undefined
  /** EXIF's: 5 to 8 lie on their side. */
  orientation: number
}

export async function readImage({ type, path, file, maxPixels }: Look) {
  const storedFrames = await checkContainer(type, file)
  const input = await pictureInput(path, file)
  const header = await readHeader(type, input, file)
  const { hasAlpha } = header
  // The image library forgets a screen of more than 2048 pixels and answers with the frames' size.
  const screen = type === 'image/gif' ? await gifScreen(file) : header
  const width = Math.max(header.width, screen.width)
  const height = Math.max(header.height, screen.height)
  const frames = storedFrames ?? header.frames
  const isSideways = header.orientation >= 5
  const facts = { width: isSideways ? height : width, height: isSideways ? width : height, frames, hasAlpha }
  const pixels = width * height * frames
  if (pixels > maxPixels) throw tooManyPixels(pixels, maxPixels, { ...facts, pixelsChecked: false })
  return { ...facts, pixelsChecked: await checkAllPixels(header, { path, input, file, frames, maxPixels }) }
}

/** Walks the container where its decoder would not miss an end that was cut off. Frames, where only a walk tells. */
async function checkContainer(type: string, file: Bytes): Promise<number | undefined> {
  switch (type) {
    case 'image/png':
      return readPngFrames(file)
    case 'image/gif':
      await checkGif(file)
      return undefined
    case 'image/webp':
      await checkWebp(file)
      return undefined
    case 'image/avif':
    case 'image/heic':
    case 'image/heif':
      await checkBoxes(file)
      return (await sequenceFrames(file)) || undefined
    default:
      return undefined
  }
}

async function readHeader(type: string, input: string | Buffer, file: Bytes): Promise<Header> {
  const sharp = await loadSharp()
  const options = { limitInputPixels: false, animated: true }
  const found = await sharp(input, options)
    .metadata()
    .catch(async () => {
      await checkDisk(file)
      throw unreadable(`begins as ${type} but holds no picture that can be read`)
    })
  const expected = containers[type]
  const codec = found.compression
  if (found.format !== expected?.format || expected.codecs?.includes(codec ?? '') === false)
    throw unreadable(`begins as ${type} but is something else`)
  return {
    width: found.width,
    height: found.pageHeight ?? found.height,
    frames: found.pages ?? 1,
    hasAlpha: found.hasAlpha,
    codec,
    orientation: found.orientation ?? 1,
  }
}

interface Picture {
  path: string
  /** What the image library is to read: the path, or bytes that it understands better. */
  input: string | Buffer
  file: Bytes
  frames: number
  maxPixels: number
}

/** Whether all pixels were decoded, which some varieties and sizes do not allow. Throws for broken ones. */
async function checkAllPixels(
  header: Header,
  { path, input, file, frames, maxPixels }: Picture,
): Promise<boolean> {
  if (header.codec !== undefined && header.codec !== 'av1') {
    if (header.codec !== 'hevc') return false
    const areDecoded = await checkHeicPixels(path, header.width * header.height * header.frames)
    return areDecoded && header.frames === frames
  }
  try {
    await checkPixels(input, { width: header.width, frameHeight: header.height, maxPixels })
  } catch (error) {
    await checkDisk(file)
    throw error
  }
  // Of an animated PNG or AVIF the library decodes the first frame only; the walk has seen the others.
  return header.frames === frames
}
