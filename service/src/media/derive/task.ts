// What a deriving process is asked, and what it answers.
import type { Recipe } from '../../assets/derivatives/recipe.ts'

export interface DeriveTask {
  /** The media type of the source. */
  type: string
  /** Of the source; absolute. */
  path: string
  /** Where the picture is to be written; nothing lies there yet. */
  target: string
  recipe: Recipe
}

/** `refusal`: why no picture can be made of this source; completes the sentence "The asset …". */
export type Derived = { refusal: string | undefined }
