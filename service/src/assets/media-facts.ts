// What a look into a file finds.

/** What a look into a file found; null where its kind has no such thing. */
export interface MediaFacts {
  /** Pixels as a viewer shows them: upright, of one frame if there are several. */
  width: number | null
  height: number | null
  /** Pictures in an animated image, 1 in a still one. */
  frames: number | null
  durationSeconds: number | null
  /** As ffmpeg calls them: `h264`, `opus`. */
  videoCodec: string | null
  audioCodec: string | null
  /** Null for an encrypted PDF too. */
  pages: number | null
  hasAlpha: boolean | null
  /** Whether every pixel of an image was decoded; some kinds are too large, or nothing here decodes them. */
  pixelsChecked: boolean | null
  /** Why these bytes cannot become ready; what was found out before stands beside it. */
  fault: MediaFault | null
}

/** What is kept of a file that became ready. */
export type KnownMedia = Omit<MediaFacts, 'fault'>

export interface MediaFault {
  kind: 'unreadable' | 'too_many_pixels' | 'too_large' | 'too_slow'
  /** For the asset's owner: what is wrong and what to do. */
  message: string
}
