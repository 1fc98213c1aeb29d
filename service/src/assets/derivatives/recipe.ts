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

export const MODEL_INPUT = 'model-input'

const builtIn: Preset[] = [
  { name: 'thumb', kind: 'fit', width: 320, height: 320, format: undefined },
  { name: 'preview', kind: 'fit', width: 1280, height: 1280, format: undefined },
  { name: MODEL_INPUT, kind: 'model_input' },
]

/** By name: those that every installation has, and its own, which may take the place of `thumb` and `preview`. */
export const presetsWith = (own: Omit<Extract<Preset, { kind: 'fit' }>, 'kind'>[]): Map<string, Preset> =>
  new Map(
    [...builtIn, ...own.map(preset => ({ ...preset, kind: 'fit' as const }))].map(preset => [
      preset.name,
      preset,
    ]),
  )

/** Grows by one whenever equal recipes begin to make other pictures: those kept until then are no longer found. */
const EDITION = 1

/** What tells one recipe's pictures of an asset from another's. */
export const signatureOf = (recipe: Recipe): string =>
  createHash('sha256')
    .update(JSON.stringify([EDITION, recipe.kind === 'fit' ? Object.values(ordered(recipe)) : recipe.kind]))
    .digest('hex')
    .slice(0, 16)

const ordered = ({ width, height, format }: Extract<Recipe, { kind: 'fit' }>) => ({ width, height, format })

/** A picture's name where it is kept: the blob it is made of, which is never written twice, and its recipe. */
export const nameOf = (asset: Pick<ReadyAsset, 'blobKey'>, recipe: Recipe): string =>
  `${asset.blobKey}.${signatureOf(recipe)}.${recipe.format}`
