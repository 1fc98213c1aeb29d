// Ctrl-C while a command is at work on something it must leave in order.

/** Aborts `controller` at the first Ctrl-C; the second ends the process at once. Answers how to listen no longer. */
export function abortOnInterrupt(controller: AbortController, reason?: unknown): () => void {
  const abort = () => controller.abort(reason)
  process.once('SIGINT', abort)
  return () => process.off('SIGINT', abort)
}
