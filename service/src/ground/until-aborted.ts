// Reading a stream that may be told to stop while nothing comes.

/** The same items until the signal aborts; then throws its reason at once, and leaves the stream where it is. */
export async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  const waiting = abortableWait(signal)
  try {
    for (;;) {
      const next = await waiting.for(iterator.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    waiting.end()
    // A stream that waits for its next item would answer to this only after that item.
    if (!signal.aborted) await iterator.return?.()
  }
}

/**
 * Waits that throw the signal's reason once it aborts, with one listener for all of them: a race with one promise for
 * each item would keep every item.
 */
export function abortableWait(signal: AbortSignal) {
  let giveUp: (reason: unknown) => void = () => undefined
  const onAbort = () => giveUp(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    for: <T>(work: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        giveUp = reject
        if (signal.aborted) reject(signal.reason)
        work.then(resolve, reject)
      }),
    end: () => signal.removeEventListener('abort', onAbort),
  }
}
