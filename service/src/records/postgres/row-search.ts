// Search on PostgreSQL: by trigrams where the planner finds them worth it, else by looking at each row.
import { sql } from 'kysely'
import { fold } from '../fold.ts'
import type { RowSearch } from '../row-search.ts'

export const postgresSearch: RowSearch = {
  assetsNamed: (text, { after, rows, read }) => {
    const contains = sql<boolean>`assets.name_folded like ${patternOf(text)}`
    return read(
      after === undefined ? contains : sql<boolean>`(${contains} and assets.ordinal < ${after})`,
      rows,
    )
  },
  // As text, which also holds what PostgreSQL's JSON cannot: a pair stands after "{" or "," and there alone, since the
  // quotes of keys and values are escaped.
  assetHas: pairs => sql<boolean>`not exists (
    select 1 from unnest(${Object.entries(pairs).map(pairText)}::text[]) as wanted
    where strpos(',' || substr(assets.metadata, 2), wanted) = 0
  )`,
  projectNamed: text => sql<boolean>`projects.name_folded like ${patternOf(text)}`,
}

/** Contains the text as it is: what `like` would read otherwise is escaped. */
const patternOf = (text: string): string => `%${fold(text).replaceAll(/[\\%_]/g, '\\$&')}%`

/** As `JSON.stringify` writes it after another pair. */
const pairText = ([key, value]: [string, string]): string =>
  `,${JSON.stringify(key)}:${JSON.stringify(value)}`
