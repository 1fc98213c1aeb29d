// What is kept of a list whose pages come one after the other, and how the next answer is joined to it.
import type { Meta } from '../api/wire.ts'

export interface Fetched<Item> {
  items: Item[]
  meta: Meta
}

export interface Kept<Item> {
  items: Item[]
  cursor: string | null | undefined
  total: number | undefined
  error: unknown
  isLoading: boolean
}

export const NOTHING = { items: [], cursor: undefined, total: undefined, error: undefined, isLoading: true }

/** What was on a page before may be on the next one too: others came in between. */
export function joined<Item>(
  before: Kept<Item>,
  page: Fetched<Item>,
  idOf: (item: Item) => string,
): Kept<Item> {
  const known = new Set(before.items.map(idOf))
  return {
    items: [...before.items, ...page.items.filter(item => !known.has(idOf(item)))],
    cursor: page.meta.next_cursor,
    total: before.total ?? page.meta.total_estimate ?? undefined,
    error: undefined,
    isLoading: false,
  }
}

/**
 * A new first page on the old list: what the old one had in its stretch and the new one has not is gone. Where they do
 * not meet there are more new items than one page, and it begins anew.
 */
export function topped<Item>(
  before: Kept<Item>,
  page: Fetched<Item>,
  idOf: (item: Item) => string,
): Kept<Item> {
  const fresh = new Set(page.items.map(idOf))
  const meeting = before.items.findLastIndex(item => fresh.has(idOf(item)))
  const isAnew = meeting < 0 || page.meta.next_cursor === null
  return {
    ...before,
    items: isAnew ? page.items : [...page.items, ...before.items.slice(meeting + 1)],
    cursor: isAnew ? page.meta.next_cursor : before.cursor,
    total: page.meta.total_estimate ?? undefined,
  }
}

export function without<Item>(before: Kept<Item>, isGone: (item: Item) => boolean): Kept<Item> {
  const items = before.items.filter(item => !isGone(item))
  const gone = before.items.length - items.length
  return { ...before, items, total: before.total && before.total - gone }
}

export const withChanged = <Item>(
  before: Kept<Item>,
  isOne: (item: Item) => boolean,
  changed: (item: Item) => Item,
): Kept<Item> => ({ ...before, items: before.items.map(item => (isOne(item) ? changed(item) : item)) })
