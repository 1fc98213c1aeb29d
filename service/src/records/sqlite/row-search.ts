// Search on SQLite: by trigrams where the text has three characters, else by looking at each row.
import { sql } from 'kysely'
import { fold } from '../fold.ts'
import type { RowSearch } from '../row-search.ts'
import { INDEXED_UP_TO } from './name-index.ts'

export const sqliteSearch: RowSearch = {
  assetNamed: text => {
    const folded = fold(text)
    const contains = sql<boolean>`instr(assets.name_folded, ${folded}) > 0`
    if (!hasTrigrams(folded)) return contains
    const phrase = `"${folded.replaceAll('"', '""')}"`
    return sql<boolean>`(assets.ordinal in (
      select rowid from asset_names where name match ${phrase}
      union all select ordinal from assets where ordinal > ${sql.raw(INDEXED_UP_TO)}
    ) and ${contains})`
  },
  // One statement for any number of pairs. Not `->>`, which would read a key such as `$.a` as a path.
  assetHas: pairs => sql<boolean>`not exists (
    select 1 from json_each(${JSON.stringify(pairs)}) as wanted where not exists (
      select 1 from json_each(assets.metadata) as had where had.key = wanted.key and had.value = wanted.value
    )
  )`,
  projectNamed: text => sql<boolean>`instr(projects.name_folded, ${fold(text)}) > 0`,
}

/** A control character could end the phrase early, so such a text is searched without the index. */
const hasTrigrams = (folded: string): boolean => [...folded].length >= 3 && !/\p{Cc}/u.test(folded)
