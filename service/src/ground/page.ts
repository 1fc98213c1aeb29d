// Keyset pagination: where a page begins is a row, never an offset.

/** The sort key of the last row seen; `undefined` begins at the top. */
export type Position = readonly number[]

export interface PageRequest {
  limit: number
  after?: Position | undefined
}

export interface Page<T> {
  items: T[]
  /** Where the next page begins; absent on the last page. */
  next?: Position | undefined
}

/** Cuts `limit + 1` rows into a page: the extra row only tells that there is more. */
export function pageOf<Row, T>(
  rows: Row[],
  limit: number,
  item: (row: Row) => T,
  position: (row: Row) => Position,
): Page<T> {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return {
    items: kept.map(item),
    next: rows.length > limit && last !== undefined ? position(last) : undefined,
  }
}
