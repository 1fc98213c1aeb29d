// What became of an atomic write.

/**
 * `saved`: all of it is durable. `stale`: a row had changed since it was read, nothing was written.
 * `already_answered`: a request with the same idempotency key was written first, nothing was written.
 */
export type SaveOutcome = 'saved' | 'stale' | 'already_answered'
