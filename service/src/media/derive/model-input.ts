// Makes the picture that models take: a JPEG of few bytes with sides that are a multiple of 16.
import type { Sharp } from 'sharp'
import { loadSharp } from '../sharp.ts'
import { WHITE } from './encode.ts'

export const MODEL_MAX_SIDE = 4096
const MAX_BYTES = 5_000_000
const STEP = 16
/** Below the second one a smaller picture looks better than a worse one. */
const [BEST, WORST] = [90, 75]
/** A little below what the size of a picture too large lets one expect, so that one more try is mostly enough. */
const CAUTION = 0.95

interface Size {
  width: number
  height: number
}

/** On white where the source is transparent; the best quality, then the largest size, that fits. */
export async function modelInput(picture: Sharp): Promise<Buffer> {
  const { autoOrient } = await picture.metadata()
  let pixels = await pixelsOf(picture, autoOrient, MODEL_MAX_SIDE)
  const best = await pixels.picture.clone().jpeg({ quality: BEST }).toBuffer()
  if (best.length <= MAX_BYTES) return best
  for (;;) {
    const jpeg = await pixels.picture.clone().jpeg({ quality: WORST }).toBuffer()
    if (jpeg.length <= MAX_BYTES) return jpeg
    const { width, height } = pixels.size
    const scale = Math.sqrt(MAX_BYTES / jpeg.length) * CAUTION
    pixels = await pixelsOf(pixels.picture, pixels.size, Math.max(width, height) * scale)
  }
}

/** Decoded once, however often it is encoded. */
async function pixelsOf(
  picture: Sharp,
  source: Size,
  maxSide: number,
): Promise<{ picture: Sharp; size: Size }> {
  const sharp = await loadSharp()
  const scale = Math.min(1, maxSide / Math.max(source.width, source.height))
  const [width, height] = [source.width * scale, source.height * scale]
  // Less than a step is cut off at the sides; what is thinner than one stands on white.
  const fit = Math.min(width, height) < STEP ? 'contain' : 'cover'
  const { data, info } = await picture
    .flatten({ background: WHITE })
    .resize({ width: whole(width), height: whole(height), fit, background: WHITE })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { channels } = info
  return { picture: sharp(data, { raw: { width: info.width, height: info.height, channels } }), size: info }
}

const whole = (side: number): number => Math.max(STEP, Math.floor(side / STEP) * STEP)
