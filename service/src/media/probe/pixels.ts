// Decodes every pixel of a picture and keeps none.
import type { SharpOptions } from 'sharp'
import { endsEarly, unreadable } from '../faulty-file.ts'
import { loadSharp } from '../sharp.ts'

/** Oddities of JPEGs that cameras and editors write and every viewer shows. */
const harmless = /Invalid SOS parameters|unknown JFIF revision|extraneous bytes before marker/

export interface Frames {
  width: number
  /** Of one frame; an animation is decoded as a tall picture of all of them. */
  frameHeight: number
  maxPixels: number
}

/**
 * Throws `FaultyFile` unless all frames decode without a warning. Asking for the last row of each frame makes the
 * decoder go through all rows before it, at full size, in memory for a few; formats that are decoded as a whole
 * (AVIF, a still WebP, an interlaced PNG, a progressive JPEG) take what their decoder takes.
 */
export async function checkPixels(input: string | Buffer, frames: Frames): Promise<void> {
  try {
    await decode(input, frames, 'warning')
  } catch (error) {
    if (!harmless.test(reasonOf(error))) throw faultOf(error)
    await decode(input, frames, 'error').catch(error => {
      throw faultOf(error)
    })
  }
}

async function decode(input: string | Buffer, frames: Frames, failOn: NonNullable<SharpOptions['failOn']>) {
  const sharp = await loadSharp()
  const { width, frameHeight, maxPixels } = frames
  await sharp(input, { animated: true, failOn, ignoreIcc: true, limitInputPixels: maxPixels })
    .extract({ left: 0, top: frameHeight - 1, width, height: 1 })
    .raw()
    .toBuffer()
}

const faultOf = (error: unknown) =>
  /premature end/i.test(reasonOf(error)) ? endsEarly() : unreadable('has damaged pixels')

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : '')
