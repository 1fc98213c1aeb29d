// A listing read to its end.
import type { Page, Position } from '../../src/ground/page.ts'

const MAX_PAGES = 100

/** Every item, page by page; throws where the pages do not come to an end. */
export async function allPages<T>(read: (after: Position | undefined) => Promise<Page<T>>): Promise<T[]> {
  const seen: T[] = []
  let after: Position | undefined
  for (let n = 0; n < MAX_PAGES; n++) {
    const page = await read(after)
    seen.push(...page.items)
    if (page.next === undefined) return seen
    after = page.next
  }
  throw new Error(`after ${MAX_PAGES} pages there are still more`)
}
