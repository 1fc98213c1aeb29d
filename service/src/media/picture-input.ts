// Gives the image library pictures in a way that it takes.
import { readFile } from 'node:fs/promises'
import { type Bytes, WINDOW_BYTES } from './bytes.ts'

/**
 * A small file as its bytes, which are in memory already: the library would open it once more for each question. It
 * turns away an AVIF whose first brand is that of an animation, but not the picture inside.
 */
export async function pictureInput(path: string, file: Bytes): Promise<string | Buffer> {
  const isAnimation = (await file.upTo(4, 8)).toString('latin1') === 'ftypavis'
  if (!isAnimation) return file.size > WINDOW_BYTES ? path : file.upTo(0, file.size)
  const bytes = await readFile(path)
  bytes.write('avif', 8, 'latin1')
  return bytes
}
