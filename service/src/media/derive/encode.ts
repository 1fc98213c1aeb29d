// How pictures are written in each format.
import type { Sharp } from 'sharp'
import type { PictureFormat } from '../../assets/derivatives/recipe.ts'

/** More effort would take AVIF ten times as long for a twentieth of its bytes. */
const EFFORT = 2

export const WHITE = '#ffffff'

export function encode(picture: Sharp, format: PictureFormat): Sharp {
  switch (format) {
    case 'avif':
      return picture.avif({ quality: 55, effort: EFFORT })
    case 'webp':
      return picture.webp({ quality: 80, effort: EFFORT })
    case 'jpeg':
      return picture.flatten({ background: WHITE }).jpeg({ quality: 82 })
    case 'png':
      return picture.png()
  }
}
