// What the service and a probe process say to each other.
import type { MediaFacts } from '../../assets/media-facts.ts'

export interface ProbeTask {
  type: string
  /** Absolute. */
  path: string
  maxPixels: number
}

/** `problem`: the file could not be opened or read, which says nothing about its bytes. */
export type ProbeAnswer = { facts: MediaFacts } | { problem: string }
