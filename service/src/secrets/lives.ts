// How long keys and what they sign live: whoever rotates and whoever reads go by the same times.
import type { StoredSecret } from './ports.ts'

/** Each process reads the keys anew. */
export const READ_EVERY_MS = 20_000

/** A fresh key signs from then on: by now every process has had three chances to read it. */
export const ACTIVATION_MS = 60_000

const DAY_MS = 24 * 60 * 60_000
/** A ticket and a signed media URL a week, an upload token a day more, and a day for clocks and whoever comes late. */
const LONGEST_LIFE_MS = 9 * DAY_MS

export const signsFrom = ({ createdAt }: Pick<StoredSecret, 'createdAt'>): number => createdAt + ACTIVATION_MS

/** When a key ends in whose place another is put now. */
export const endOfReplaced = (now: number): number => now + ACTIVATION_MS + LONGEST_LIFE_MS
