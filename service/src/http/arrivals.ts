// Chunks on their way from whoever pushes them to whoever asks: one that came early waits, as does one who asks early.

type Next = IteratorResult<Uint8Array, undefined>

export interface Arrivals extends AsyncIterator<Uint8Array, undefined> {
  /** To be asked again only after it has answered. Throws what `end` was given, after the last chunk. */
  next(): Promise<Next>
  push(chunk: Uint8Array): void
  /** No more will come, because all came or for this reason; only the first call counts. */
  end(reason?: Error): void
  /** What waits here. */
  heldBytes(): number
}

export function createArrivals(): Arrivals {
  const chunks: Uint8Array[] = []
  let heldBytes = 0
  let over: Promise<Next> | undefined
  let asking: ((next: Next | Promise<Next>) => void) | undefined
  const answer = (next: Next | Promise<Next>) => {
    asking?.(next)
    asking = undefined
  }
  return {
    next: () => {
      const value = chunks.shift()
      if (value === undefined)
        return (
          over ??
          new Promise(resolve => {
            asking = resolve
          })
        )
      heldBytes -= value.byteLength
      return Promise.resolve({ done: false, value })
    },
    push: chunk => {
      if (asking !== undefined) return answer({ done: false, value: chunk })
      chunks.push(chunk)
      heldBytes += chunk.byteLength
    },
    end: reason => {
      over ??=
        reason === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(reason)
      over.catch(() => undefined) // whoever asks next is told
      answer(over)
    },
    heldBytes: () => heldBytes,
  }
}
