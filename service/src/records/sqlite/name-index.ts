// The index of names, which grows by many at a time: each flush of its trigrams costs as much as the rows themselves.
import type { Engine } from './engine.ts'

/**
 * Every asset whose ordinal is not above this one's is indexed, one without a name as an empty text, for ordinals are
 * given and indexed in order; whoever searches looks at the few others one by one.
 */
export const INDEXED_UP_TO = '(select coalesce(max(id), 0) from asset_names_docsize)'

/** So many are looked at one by one in a fraction of a millisecond. */
const BATCH = 256

const BEHIND = `select coalesce(max(ordinal), 0) - ${INDEXED_UP_TO} as rows from assets`
const GROW = `insert into asset_names (rowid, name)
  select ordinal, coalesce(name_folded, '') from assets where ordinal > ${INDEXED_UP_TO} order by ordinal`

/** Brings the index up to date where enough is missing; a part of the transaction that is under way. */
export function growNameIndex(engine: Engine): void {
  const [row] = engine.all(BEHIND, []) as { rows: number }[] // as it was asked
  if (row !== undefined && row.rows >= BATCH) engine.run(GROW, [])
}
