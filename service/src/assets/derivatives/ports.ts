// What derivatives ask of the media servant and of the place where they are kept.
import type { Readable } from 'node:stream'
import type { Recipe } from './recipe.ts'

/** A picture that is kept, opened. */
export interface OpenPicture {
  sizeBytes: number
  /** Reads when it is read; whoever does not read it to its end destroys it. */
  bytes: Readable
}

/**
 * Pictures that can be made again at any time: the least recently used go when they become too many bytes. What is
 * asked of it fails with `unavailable`.
 */
export interface KeptPictures {
  /** Undefined where no such picture is kept. Counts as a use. */
  open(name: string): Promise<OpenPicture | undefined>
  /**
   * Lends a path at which nothing lies; what `make` has written there then has this name. Where it answers why it
   * wrote nothing, or throws, nothing is left.
   */
  keep(name: string, make: (draft: string) => Promise<string | undefined>): Promise<string | undefined>
  /** Removes every picture made of this blob. */
  removeOf(blobKey: string): Promise<void>
  /** Pages of the blobs of which pictures are kept. */
  blobKeys(): AsyncIterable<string[]>
}

export interface PictureSource {
  contentType: string
  path: string
  durationSeconds: number | null
}

export type IconKind = 'video' | 'audio' | 'document'

/** Makes pictures of media. */
export interface Pictures {
  /** Whether frames can be taken out of videos here, now. */
  takesPosters(): Promise<boolean>
  /**
   * Writes the picture to `target`, at which nothing lies. Answers why that cannot be done with these bytes, in words
   * that complete "The asset …"; undefined once it is done. Waits its turn. Throws `unavailable` where the source
   * cannot be read, the target not be written or no process be had.
   */
  derive(source: PictureSource, recipe: Recipe, target: string): Promise<string | undefined>
  /** A PNG that stands for media without a picture. */
  icon(kind: IconKind): Uint8Array
}
