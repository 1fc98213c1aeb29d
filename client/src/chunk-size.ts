// How many bytes the next request of a resumable upload carries: about a second's worth, since that is how often
// progress is told and how much a connection that stalls can hold up.

const MIN_BYTES = 256 * 1024
export const FIRST_CHUNK_BYTES = MIN_BYTES
const MAX_BYTES = 16 * 1024 * 1024
const TARGET_MS = 1_000

/** After a chunk of `bytes` took `tookMs`. */
export const nextChunkBytes = (bytes: number, tookMs: number): number =>
  bounded(Math.min(bytes * 2, Math.max(bytes / 2, (bytes * TARGET_MS) / Math.max(1, tookMs))))

export const smallerChunkBytes = (bytes: number): number => bounded(bytes / 2)

const bounded = (bytes: number): number => Math.round(Math.min(MAX_BYTES, Math.max(MIN_BYTES, bytes)))
