// Lets a fixed number in at a time; the others wait in line.

/** How many have their turn, and how many wait for one. */
export interface Load {
  busy: number
  waiting: number
}

export interface Turns {
  /** Acts when it is the caller's turn, which ends with the act. Throws once the line is closed. */
  take<T>(act: () => Promise<T>): Promise<T>
  load(): Load
  /** Sends away everyone in line. */
  close(): void
}

export function createTurns(atOnce: number, closedError: () => Error): Turns {
  const line: PromiseWithResolvers<void>[] = []
  let taken = 0
  let isClosed = false
  const begin = async () => {
    if (isClosed) throw closedError()
    if (taken < atOnce) {
      taken += 1
      return
    }
    const place = Promise.withResolvers<void>()
    line.push(place)
    await place.promise
  }
  const pass = () => {
    const next = line.shift()
    if (next === undefined) taken -= 1
    else next.resolve()
  }
  return {
    take: async act => {
      await begin()
      return act().finally(pass)
    },
    load: () => ({ busy: taken, waiting: line.length }),
    close: () => {
      isClosed = true
      for (const place of line.splice(0)) place.reject(closedError())
    },
  }
}
