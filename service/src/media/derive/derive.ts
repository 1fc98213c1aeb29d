// Makes one picture of a picture: upright, in sRGB, without metadata.
import { writeFile } from 'node:fs/promises'
import type { Sharp } from 'sharp'
import type { Recipe } from '../../assets/derivatives/recipe.ts'
import { type Bytes, openBytesHere } from '../bytes.ts'
import { checkDisk } from '../check-disk.ts'
import { pictureInput } from '../picture-input.ts'
import { loadSharp } from '../sharp.ts'
import { encode } from './encode.ts'
import { heicAsPng } from './heic-as-png.ts'
import { MODEL_MAX_SIDE, modelInput } from './model-input.ts'
import type { Derived, DeriveTask } from './task.ts'
import { Underivable } from './underivable.ts'

/** Of the one frame that is read. Admission counts all frames and allows no more. */
const MAX_PIXELS = 150_000_000

/** Throws only where a file cannot be opened, read or written. */
export async function derive({ type, path, target, recipe }: DeriveTask): Promise<Derived> {
  const file = openBytesHere(path)
  let picture: Buffer
  try {
    picture = await made(await openPicture(type, path, file, recipe), recipe)
  } catch (error) {
    await checkDisk(file)
    return { refusal: error instanceof Underivable ? error.message : 'cannot be decoded' }
  } finally {
    await file.close()
  }
  await writeFile(target, picture, { flag: 'wx', mode: 0o600 })
  return { refusal: undefined }
}

/** The first frame of an animation, as in every list of stills. */
async function openPicture(type: string, path: string, file: Bytes, recipe: Recipe): Promise<Sharp> {
  const sharp = await loadSharp()
  const open = (input: string | Buffer) =>
    sharp(input, { failOn: 'error', limitInputPixels: MAX_PIXELS }).autoOrient()
  if (type !== 'image/heic' && type !== 'image/heif') return open(await pictureInput(path, file))
  return open(
    await heicAsPng(path, recipe.kind === 'fit' ? Math.max(recipe.width, recipe.height) : MODEL_MAX_SIDE),
  )
}

const made = (picture: Sharp, recipe: Recipe): Promise<Buffer> =>
  recipe.kind === 'model_input'
    ? modelInput(picture)
    : encode(
        picture.resize({
          width: recipe.width,
          height: recipe.height,
          fit: 'inside',
          withoutEnlargement: true,
        }),
        recipe.format,
      ).toBuffer()
