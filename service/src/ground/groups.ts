// What comes while a group is being done is gathered, and done together as the next one.

/** What became of one of a group. */
export type Settled<T> = { value: T } | { error: unknown }

interface Waiting<Item, T> extends PromiseWithResolvers<T> {
  item: Item
}

/**
 * `run` does a group of at most so many, and answers for each of them in their order; what it throws is the answer to
 * all.
 */
export function createGroups<Item, T>(
  most: number,
  run: (items: Item[]) => Promise<Settled<T>[]>,
): (item: Item) => Promise<T> {
  let waiting: Waiting<Item, T>[] = []
  let isRunning = false
  const runAll = async () => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, most)
      waiting = waiting.slice(most)
      try {
        const settled = await run(group.map(({ item }) => item))
        for (const [n, one] of group.entries()) settle(one, settled[n])
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    isRunning = false
  }
  return item => {
    const one = { item, ...Promise.withResolvers<T>() }
    waiting.push(one)
    if (!isRunning) {
      isRunning = true
      setImmediate(runAll) // after everything that is ready has said so
    }
    return one.promise
  }
}

function settle<T>({ resolve, reject }: PromiseWithResolvers<T>, settled: Settled<T> | undefined): void {
  if (settled === undefined) reject(new Error('one of a group was not settled with it'))
  else if ('value' in settled) resolve(settled.value)
  else reject(settled.error)
}
