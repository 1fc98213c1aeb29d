// A query that is built once must say, each time, what it would say if it were built anew.
import fc from 'fast-check'
import { Kysely, SqliteDialect } from 'kysely'
import { expect, test } from 'vitest'
import { prepared } from '../../src/records/prepared.ts'
import type { Tables } from '../../src/records/tables.ts'

/** It only builds. */
const db = new Kysely<Tables>({
  dialect: new SqliteDialect({ database: () => Promise.reject(new Error('unused')) }),
})

const named = ({
  id,
  set,
}: {
  id: string
  set: { name?: string | null; folder?: string; version?: number }
}) => db.updateTable('assets').set(set).where('id', '=', id).where('status', '=', 'ready').compile()

const said = ({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) => ({ sql, parameters })

test('it says what the query says that is built for the same values, whatever was built before', () => {
  const once = prepared(named)
  const changes = fc.record(
    { name: fc.option(fc.string()), folder: fc.string(), version: fc.nat() },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.string(), changes, (id, set) => {
      fc.pre(Object.keys(set).length > 0)
      expect(said(once({ id, set }))).toEqual(said(named({ id, set })))
    }),
  )
})

test('it is built once for each set of names', () => {
  let built = 0
  const once = prepared((given: Parameters<typeof named>[0]) => {
    built++
    return named(given)
  })
  for (const folder of ['a', 'b', 'c']) once({ id: folder, set: { folder } })
  expect(built).toBe(1)
  once({ id: 'a', set: { name: null } })
  expect(built).toBe(2)
})
