// What a real PostgreSQL server offers, and what doctor says of it.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { systemClock } from '../../src/ground/clock.ts'
import { examineServer } from '../../src/records/postgres/examine-server.ts'
import { serverChecks } from '../../src/upkeep/doctor/database.ts'
import { type NewDatabase, newDatabase } from '../support/new-database.ts'

let database: NewDatabase
beforeAll(async () => {
  database = await newDatabase(inject('postgresUrl'))
})
afterAll(() => database.drop())

async function complaintsOf({ url = database.url, connections = 10, clock = systemClock } = {}) {
  return serverChecks(await examineServer(url, clock), connections).filter(({ status }) => status !== 'ok')
}

/** The same database as a role that owns nothing. */
async function strangerUrl(): Promise<string> {
  const role = `stranger_${Date.now()}`
  await database.query(`create role ${role} login password 'secret'`)
  return Object.assign(new URL(database.url), { username: role, password: 'secret' }).href
}

test('a server as it comes has nothing to complain of, and nothing is made there', async () => {
  expect(await complaintsOf()).toEqual([])
  expect(await database.query(`select from pg_extension where extname = 'pg_trgm'`)).toEqual([])
})

test('as many connections as the server allows beside its reserve are too many for one node', async () => {
  const [limits] = await database.query(
    `select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
       - coalesce(current_setting('reserved_connections', true)::int, 0) as allowed`,
  )
  const allowed = Number(limits?.allowed)
  expect(await complaintsOf({ connections: allowed - 1 })).toEqual([])
  expect(await complaintsOf({ connections: allowed })).toMatchObject([
    {
      name: 'db_connections',
      status: 'warn',
      detail: expect.stringMatching(/max_connections.*DATABASE_CONNECTIONS/),
    },
  ])
})

test('a narrower limit of the role counts', async () => {
  const url = await strangerUrl()
  await database.query(`alter role ${new URL(url).username} connection limit 4`)
  const complaints = await complaintsOf({ url })
  expect(complaints).toContainEqual(
    expect.objectContaining({ name: 'db_connections', detail: expect.stringContaining('limit of the role') }),
  )
})

test('pg_trgm that this role may not make, or that no search path leads to, is a failure', async () => {
  expect(await complaintsOf({ url: await strangerUrl() })).toMatchObject([
    { name: 'db_trigrams', status: 'fail', detail: expect.stringContaining('superuser') },
  ])
  await database.query('create schema apart')
  await database.query('create extension pg_trgm schema apart')
  expect(await complaintsOf()).toMatchObject([
    { name: 'db_trigrams', status: 'fail', detail: expect.stringContaining('search_path') },
  ])
  await database.query('alter extension pg_trgm set schema public')
  expect(await complaintsOf()).toEqual([])
})

test.each([
  [-3_000, /3 s ahead of/],
  [3_000, /3 s behind/],
])('a clock that is %i ms from the server is told', async (ms, pattern) => {
  const clock = { ...systemClock, now: () => Date.now() + ms }
  expect(await complaintsOf({ clock })).toMatchObject([
    { name: 'db_clock', status: 'warn', detail: expect.stringMatching(pattern) },
  ])
})
