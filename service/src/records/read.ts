// A read as one compiled query, the same for every database.
import type { CompiledQuery } from 'kysely'

/** Answers the query's rows. Throws `unavailable` while the database cannot be asked. */
export type Read = <Row>(query: CompiledQuery<Row>) => Promise<Row[]>
