// Kysely over one SQLite engine.
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'
import type { Tables } from '../tables.ts'
import type { Engine } from './engine.ts'

export const createKysely = (engine: Engine): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new SqliteDialect({ database: databaseOf(engine) }) })

const databaseOf = (engine: Engine): SqliteDatabase => ({
  close: () => undefined, // whoever opened the engine closes it
  prepare: sql => ({
    reader: engine.isReader(sql),
    all: parameters => engine.all(sql, parameters),
    run: parameters => ({ changes: engine.run(sql, parameters), lastInsertRowid: 0 }),
    iterate: parameters => engine.all(sql, parameters)[Symbol.iterator](),
  }),
})
