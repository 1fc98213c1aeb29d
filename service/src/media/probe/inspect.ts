// Looks into a whole file of a known type: is it what it begins as, is it whole, and what is there to know of it.
import type { MediaFacts } from '../../assets/media-facts.ts'
import { openBytesHere } from '../bytes.ts'
import { FaultyFile, factsOfFaulty, noFacts, tooManyBytes, unreadable } from '../faulty-file.ts'
import { readImage } from './image.ts'
import type { Look } from './look.ts'
import { readMp3 } from './mp3.ts'
import { readOgg } from './ogg.ts'
import { readPdf } from './pdf.ts'
import { readMp4, readWebm } from './video.ts'
import { readWav } from './wav.ts'

/** The decoders of pictures and PDFs take the whole file into memory. */
const WHOLE_FILE_MAX_BYTES = 200_000_000

const readers: Record<string, (look: Look) => Promise<Partial<MediaFacts>>> = {
  'image/jpeg': readImage,
  'image/png': readImage,
  'image/webp': readImage,
  'image/gif': readImage,
  'image/avif': readImage,
  'image/heic': readImage,
  'image/heif': readImage,
  'video/mp4': readMp4,
  'video/quicktime': readMp4,
  'video/webm': readWebm,
  'audio/mpeg': readMp3,
  'audio/wav': readWav,
  'audio/ogg': readOgg,
  'application/pdf': readPdf,
}

/**
 * The facts of the file at `path`, whose first bytes showed the media type `type`; `maxPixels` is how many it may
 * have, all frames together, before its pixels are decoded. Throws only where the file cannot be opened or read.
 */
export async function inspect(type: string, path: string, maxPixels: number): Promise<MediaFacts> {
  const read = readers[type]
  if (read === undefined) throw new Error(`no reader for ${type}`)
  const file = openBytesHere(path)
  try {
    if (isReadWhole(type) && file.size > WHOLE_FILE_MAX_BYTES) throw tooManyBytes(type, WHOLE_FILE_MAX_BYTES)
    return { ...noFacts, ...(await read({ type, path, file, maxPixels })) }
  } catch (error) {
    if (isSystemError(error)) throw error
    // Any other error is a decoder that lost its way in broken bytes.
    return factsOfFaulty(error instanceof FaultyFile ? error : unreadable('cannot be read'))
  } finally {
    await file.close()
  }
}

const isReadWhole = (type: string): boolean => type.startsWith('image/') || type === 'application/pdf'

const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error
