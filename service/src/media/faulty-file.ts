// Says why bytes cannot become a ready asset; nothing of a library's own words, which may name our files.
import type { MediaFacts, MediaFault } from '../assets/media-facts.ts'

/** A file at fault, not a disk: the asset it was meant for fails. */
export class FaultyFile extends Error {
  readonly kind: MediaFault['kind']
  /** What was found out before the fault was. */
  readonly facts: Partial<MediaFacts>

  constructor(kind: MediaFault['kind'], message: string, facts: Partial<MediaFacts> = {}) {
    super(message)
    this.name = 'FaultyFile'
    this.kind = kind
    this.facts = facts
  }
}

/** `reason` completes the sentence "The file …". */
export const unreadable = (reason: string): FaultyFile =>
  new FaultyFile('unreadable', `The file ${reason}: export it again and upload that.`)

export const endsEarly = (): FaultyFile =>
  new FaultyFile('unreadable', 'The file ends before it is whole: upload all of it.')

export const tooManyPixels = (pixels: number, maxPixels: number, facts: Partial<MediaFacts>): FaultyFile =>
  new FaultyFile(
    'too_many_pixels',
    `The image has ${Math.round(pixels / 1e6)} megapixels, all frames together, and may have ${maxPixels / 1e6}: upload a smaller one.`,
    facts,
  )

export const tooManyBytes = (type: string, maxBytes: number): FaultyFile =>
  new FaultyFile('too_large', `A file of type ${type} may have ${maxBytes / 1e6} MB: upload a smaller one.`)

export const noFacts: MediaFacts = {
  width: null,
  height: null,
  frames: null,
  durationSeconds: null,
  videoCodec: null,
  audioCodec: null,
  pages: null,
  hasAlpha: null,
  pixelsChecked: null,
  fault: null,
}

export const factsOfFaulty = ({ kind, message, facts }: FaultyFile): MediaFacts => ({
  ...noFacts,
  ...facts,
  fault: { kind, message },
})
