// Search on SQLite: names by walking and by trigrams, metadata by looking into its JSON.
import { type Kysely, sql } from 'kysely'
import { fold } from '../fold.ts'
import type { Read } from '../read.ts'
import type { RowSearch } from '../row-search.ts'
import type { Tables } from '../tables.ts'
import { createNameSearch } from './name-search.ts'

export const createSearch = (db: Kysely<Tables>, read: Read): RowSearch => ({
  assetsNamed: createNameSearch(db, read),
  // One statement for any number of pairs. Not `->>`, which would read a key such as `$.a` as a path.
  assetHas: pairs => sql<boolean>`not exists (
    select 1 from json_each(${JSON.stringify(pairs)}) as wanted where not exists (
      select 1 from json_each(assets.metadata) as had where had.key = wanted.key and had.value = wanted.value
    )
  )`,
  projectNamed: text => sql<boolean>`instr(projects.name_folded, ${fold(text)}) > 0`,
})
