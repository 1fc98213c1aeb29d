// Substring search on SQLite: by trigrams where the text has three characters, else by looking at each name.
import { sql } from 'kysely'
import { fold } from '../fold.ts'
import type { NameSearch } from '../name-search.ts'

export const sqliteNameSearch: NameSearch = {
  assetNamed: text => {
    const folded = fold(text)
    const contains = sql<boolean>`instr(assets.name_folded, ${folded}) > 0`
    if (!hasTrigrams(folded)) return contains
    const phrase = `"${folded.replaceAll('"', '""')}"`
    return sql<boolean>`(assets.ordinal in (select rowid from asset_names where name match ${phrase}) and ${contains})`
  },
  projectNamed: text => sql<boolean>`instr(projects.name_folded, ${fold(text)}) > 0`,
}

/** A control character could end the phrase early, so such a text is searched without the index. */
const hasTrigrams = (folded: string): boolean => [...folded].length >= 3 && !/\p{Cc}/u.test(folded)
