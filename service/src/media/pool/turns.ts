// Lets a fixed number in at a time; the others wait in line.

export interface Turns {
  /** Resolves when it is the caller's turn. Throws once the line is closed. */
  take(): Promise<void>
  /** Ends a turn that was taken. */
  pass(): void
  /** Sends away everyone in line. */
  close(): void
}

export function createTurns(atOnce: number, closedError: () => Error): Turns {
  const line: PromiseWithResolvers<void>[] = []
  let taken = 0
  let isClosed = false
  return {
    take: async () => {
      if (isClosed) throw closedError()
      if (taken < atOnce) {
        taken += 1
        return
      }
      const place = Promise.withResolvers<void>()
      line.push(place)
      await place.promise
    },
    pass: () => {
      const next = line.shift()
      if (next === undefined) taken -= 1
      else next.resolve()
    },
    close: () => {
      isClosed = true
      for (const place of line.splice(0)) place.reject(closedError())
    },
  }
}
