// Whether a PostgreSQL database keeps its promises.
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../tables.ts'

/** Indexes that are whole, pages that were read right, and settings without which an answer is no promise. */
export async function integrityOf(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ fault: string }>`
    select 'the index ' || indexrelid::regclass || ' is not valid: reindex it' as fault
      from pg_index join pg_class on pg_class.oid = indrelid
      where not indisvalid and relnamespace = current_schema()::regnamespace
    union all
    select checksum_failures || ' pages were read with a wrong checksum'
      from pg_stat_database where datname = current_database() and checksum_failures > 0
    union all
    select name || ' is off, so that a crash may lose what was acknowledged'
      from pg_settings where name in ('fsync', 'full_page_writes') and setting = 'off'`.execute(db)
  return rows.map(({ fault }) => fault)
}
