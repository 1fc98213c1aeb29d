// File names as people and programs give them, alike from run to run, and words that are known to stand in them.

const SUBJECTS = [
  'sunset',
  'harbor',
  'portrait',
  'storyboard',
  'moodboard',
  'product',
  'skyline',
  'forest',
  'texture',
  'character',
  'logo',
  'interview',
  'ambience',
  'teaser',
  'poster',
  'sketch',
  'campaign',
  'kitchen',
  'desert',
  'runway',
]
const STATES = [
  'draft',
  'final',
  'final v2',
  'crop',
  'graded',
  'upscaled',
  'alt',
  'wide',
  'closeup',
  'client notes',
]

/** This stands in one name of so many. */
const RARE_EVERY = 100_000

/** What is searched for, and how many names of a million have it. */
export const WORDS = [
  { called: 'a word of every 3rd name', text: 'IMG_' },
  { called: 'a word of every 30th name', text: 'harbor' },
  { called: 'a word of 10 names', text: 'zeppelin' },
  { called: 'a word of no name', text: 'quixotry' },
  { called: '2 letters of many names', text: 'ha' },
  { called: '2 letters of no name', text: 'qx' },
] as const

const of = (list: readonly string[], n: number): string => list[n % list.length] ?? ''

/** Of the n-th file, without its extension. */
export function stemOf(n: number): string {
  if (n % RARE_EVERY === RARE_EVERY / 2) return `zeppelin ${n}`
  // Far from its neighbours, so that what is alike does not stand side by side.
  const mixed = Math.imul(n + 1, 2_654_435_761) >>> 0
  const subject = of(SUBJECTS, mixed >>> 8)
  switch (mixed % 3) {
    case 0:
      return `IMG_${String(mixed % 100_000).padStart(5, '0')}`
    case 1:
      return `${subject} ${of(STATES, mixed >>> 16)} ${n % 1000}`
    default:
      return `${subject}-${of(STATES, mixed >>> 20).replaceAll(' ', '-')}_${(mixed >>> 4).toString(16)}`
  }
}
