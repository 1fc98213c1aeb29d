// The pictures that can be made of an asset: their presets, and what exactly one of them is to be.
import { createHash } from 'node:crypto'
import type { ReadyAsset } from '../asset.ts'

export type PictureFormat = 'avif' | 'webp' | 'jpeg' | 'png'

/** What a picture is to be; equal recipes make equal pictures. */
export type Recipe =
  /** As large as fits into so many pixels, never larger than its source. */
  | { kind: 'fit'; width: number; height: number; format: PictureFormat }
  /** A JPEG that models take: see `media/derive/model-input.ts`. */
  | { kind: 'model_input'; format: 'jpeg' }

export type Preset =
  /** Without a format the client's Accept decides. */
  | { name: string; kind: 'fit'; width: number; height: number; format: PictureFormat | undefined }
  | { name: string; kind: 'model_input' }

const builtIn: Preset[] = [
  { name: 'thumb', kind: 'fit', width: 320, height: 320, format: undefined },
  { name: 'preview', kind: 'fit', width: 1280, height: 1280, format: undefined },
  { name: 'model-input', kind: 'model_input' },
]

/** By name: those that every installation has, and its own, which may take the place of `thumb` and `preview`. */
export function presetsWith(own: Omit<Extract<Preset, { kind: 'fit' }>, 'kind'>[]): Map<string, Preset> {
  const presets = [...builtIn, ...own.map(preset => ({ ...preset, kind: 'fit' as const }))]
  return new Map(presets.map(preset => [preset.name, preset]))
}

/** Grows by one whenever equal recipes begin to make other pictures: those kept until then are no longer found. */
const EDITION = 1

/** What tells one recipe's pictures of an asset from another's. */
export function signatureOf(recipe: Recipe): string {
  const parts = recipe.kind === 'fit' ? [recipe.width, recipe.height, recipe.format] : [recipe.kind]
  return createHash('sha256')
    .update([EDITION, ...parts].join())
    .digest('hex')
    .slice(0, 16)
}

/** A picture's name where it is kept: the blob it is made of, which is never written twice, and its recipe. */
export const nameOf = (asset: Pick<ReadyAsset, 'blobKey'>, recipe: Recipe): string =>
  `${asset.blobKey}.${signatureOf(recipe)}.${recipe.format}`
