// Migration 005 for SQLite: names are indexed many at a time, by the writer instead of a trigger.
import { type Kysely, sql } from 'kysely'

const statements = [
  'drop trigger assets_name_inserted',
  'drop trigger assets_name_deleted',
  // An asset that is not indexed yet has nothing to take back.
  `create trigger assets_name_deleted after delete on assets
    when exists (select 1 from asset_names_docsize where id = old.ordinal) begin
    delete from asset_names where rowid = old.ordinal;
  end`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
