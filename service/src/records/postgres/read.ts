// Reading over the pool.
import type { Kysely } from 'kysely'
import type { Read } from '../read.ts'
import type { Tables } from '../tables.ts'

export const createRead =
  (db: Kysely<Tables>): Read =>
  async query =>
    (await db.executeQuery(query)).rows
