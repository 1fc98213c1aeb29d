// Reads the facts of a picture from its header, without decoding a pixel.
import { access } from 'node:fs/promises'
import { loadSharp } from './sharp.ts'

/** `width` and `height` in pixels as a viewer shows them, of one frame if there are several. */
export interface ImageFacts {
  width: number
  height: number
  frames: number
}

/**
 * The facts of the picture at `path`, or undefined if its header cannot be read. No size is too large to be
 * reported: the caller has the last word. Throws only where the file itself cannot be opened.
 */
export async function imageFacts(path: string): Promise<ImageFacts | undefined> {
  const sharp = await loadSharp()
  try {
    const { autoOrient, pages } = await sharp(path, { limitInputPixels: false }).metadata()
    return { width: autoOrient.width, height: autoOrient.height, frames: pages ?? 1 }
  } catch {
    // The library reports a missing file and a broken picture alike; a disk at fault must not condemn the picture.
    await access(path)
    return undefined
  }
}
