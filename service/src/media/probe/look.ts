// What a reader of one kind of file is given.
import type { Bytes } from '../bytes.ts'

export interface Look {
  /** The media type that the first bytes showed. */
  type: string
  path: string
  file: Bytes
  /** An image with more pixels, all frames together, is refused by its header. */
  maxPixels: number
}
