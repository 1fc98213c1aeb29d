// Gives the image library pictures in a way that it takes.
import { readFile } from 'node:fs/promises'
import type { Bytes } from './bytes.ts'

/** The library turns away an AVIF whose first brand is that of an animation, but not the picture inside. */
export async function pictureInput(path: string, file: Bytes): Promise<string | Buffer> {
  if ((await file.upTo(4, 8)).toString('latin1') !== 'ftypavis') return path
  const bytes = await readFile(path)
  bytes.write('avif', 8, 'latin1')
  return bytes
}
