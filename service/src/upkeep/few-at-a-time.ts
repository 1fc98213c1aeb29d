// Work on pages of things, a few at a time.

const FEW = 4

/** Resolves when everything is done. Throws the first failure, once whatever had begun has come to its end. */
export async function fewAtATime<T>(
  pages: AsyncIterable<T[]>,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = []
  for await (const page of pages) {
    const rest = page.values()
    const work = async () => {
      for (const item of rest) {
        if (failures.length > 0) return
        await act(item).catch(error => failures.push(error))
      }
    }
    await Promise.all(Array.from({ length: FEW }, work))
    if (failures.length > 0) throw failures[0]
  }
}
