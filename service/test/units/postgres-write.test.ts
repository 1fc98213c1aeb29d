// Writes to PostgreSQL that meet each other, or whose connection is cut off on the way.
import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { type Connections, openConnections } from '../../src/records/postgres/connections.ts'
import { createKysely } from '../../src/records/postgres/kysely.ts'
import { openPostgres } from '../../src/records/postgres/open-postgres.ts'
import { createWrite } from '../../src/records/postgres/write.ts'
import type { Records } from '../../src/records/records.ts'
import type { Write } from '../../src/records/write.ts'
import { type NewDatabase, newDatabase } from '../support/new-database.ts'
import { keyOf, workspaceOf } from '../support/specimens.ts'
import { startCuttingProxy } from '../support/start-cutting-proxy.ts'

let database: NewDatabase
let records: Records
let connections: Connections
let write: Write
beforeEach(async () => {
  database = await newDatabase(inject('postgresUrl'))
  records = await openPostgres({ url: database.url, connections: 4 })
  connections = openConnections(database.url, { max: 4, isHurried: true })
  write = createWrite(connections)
})
afterEach(async () => {
  await connections.close()
  await records.close()
  await database.drop()
})

const rename = (id: string, name: string) =>
  sql`update workspaces set name = ${name} where id = ${id}`.compile(createKysely(connections))
const wait = (seconds: number) => sql`select pg_sleep(${seconds})`.compile(createKysely(connections))
const waiting = () =>
  database.query(`select 1 from pg_stat_activity
    where wait_event_type = 'Lock' and datname = current_database()`)
const names = async () => (await records.workspaces.list()).map(({ name }) => name)

test('a write is one whole: what comes after a step that changed nothing is not done, nor what came before', async () => {
  const workspace = workspaceOf({ name: 'moss' })
  await records.workspaces.insert(workspace)
  const steps = [
    { query: rename(workspace.id, 'fern') },
    { query: rename('ws_unknown', 'x'), otherwise: 'stale' as const },
    { query: rename(workspace.id, 'reed') },
  ]
  expect(await write(steps)).toBe('stale')
  expect(await names()).toEqual(['moss'])
  expect(await write(steps.toSpliced(1, 1))).toBe('saved')
  expect(await names()).toEqual(['reed'])
})

test('two writes that wait for each other are both done', async () => {
  const [one, two] = [workspaceOf(), workspaceOf()]
  for (const workspace of [one, two]) await records.workspaces.insert(workspace)
  const crossing = [
    [one.id, two.id],
    [two.id, one.id],
  ].map(([first = '', second = ''], n) =>
    write([
      { query: rename(first, `${n}`) },
      { query: wait(0.3) },
      { query: rename(second, `${n}`), otherwise: 'stale' },
    ]),
  )
  expect(await Promise.all(crossing)).toEqual(['saved', 'saved'])
  expect(new Set(await names()).size).toBe(1)
})

test('after a write was cut off nobody reads before it has ended at the server', async () => {
  const workspace = workspaceOf({ name: 'moss' })
  await records.workspaces.insert(workspace)
  const { port } = new URL(database.url)
  const proxy = await startCuttingProxy(Number(port), { everyBytes: 2 ** 40, serverSees: 'end' })
  const url = Object.assign(new URL(database.url), { port: new URL(proxy.origin).port }).href
  const distant = await openPostgres({ url, connections: 2 })
  const other = new pg.Client({ connectionString: database.url })
  await other.connect()
  await other.query('begin')
  await other.query('lock table requests, keys in exclusive mode')
  const writing = distant.keys.insert(keyOf(workspace.id))
  writing.catch(() => undefined)
  await expect.poll(waiting).toHaveLength(1)
  proxy.breakAll()
  await expect(writing).rejects.toMatchObject({ code: 'service_unavailable' })
  expect(await distant.keys.list()).toEqual([]) // whatever is decided on this must not be undone by the write
  await other.query('commit')
  expect(await waiting()).toEqual([])
  expect(await distant.keys.list()).toEqual([])
  await other.end()
  await distant.close()
  await proxy.close()
})

test('what the server cannot do is unavailable, and a mistake of ours is not', async () => {
  await expect(records.upkeep.snapshot('copy')).rejects.toThrow(/pg_dump/)
  const mistake = { query: sql`select nonsense`.compile(createKysely(connections)) }
  await expect(write([mistake])).rejects.toMatchObject({ code: '42703' })
  await database.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`)
  await expect.poll(() => names().catch(() => 'away')).toEqual([])
})
