// Starting on a PostgreSQL database: for the first time, together with others, after a start that failed, and on what
// cannot be used.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { Fault } from '../../src/ground/fault.ts'
import { openPostgres } from '../../src/records/postgres/open-postgres.ts'
import { freePort } from '../support/free-port.ts'
import { type NewDatabase, newDatabase } from '../support/new-database.ts'
import { workspaceOf } from '../support/specimens.ts'

let database: NewDatabase
beforeEach(async () => {
  database = await newDatabase(inject('postgresUrl'))
})
afterEach(() => database.drop())

const open = (url = database.url) => openPostgres({ url, connections: 2 })

/** The database's URL with other parts. */
const changed = (parts: Partial<URL>): string => Object.assign(new URL(database.url), parts).href

async function faultOf(url: string): Promise<string> {
  const error = await open(url).catch((error: unknown) => error)
  if (!(error instanceof Fault)) throw new Error('it was opened, or failed without words', { cause: error })
  expect(error.reasons).toHaveLength(1)
  expect(error.message).not.toContain(decodeURIComponent(new URL(database.url).password))
  return error.message
}

test('Of five processes that start at once on an empty database, one makes the schema and one the beginning', async () => {
  const from = (module: string) => JSON.stringify(path.join(import.meta.dirname, '../../src', module))
  const script = `
    const { openPostgres } = await import(${from('records/postgres/open-postgres.ts')})
    const { begin } = await import(${from('workspaces/begin.ts')})
    const { systemClock: clock } = await import(${from('ground/clock.ts')})
    const { randomIds: ids } = await import(${from('ground/ids.ts')})
    const { workspaces, close } = await openPostgres({ url: ${JSON.stringify(database.url)}, connections: 2 })
    console.log((await begin({ workspaces, clock, ids })) === undefined ? 'late' : 'first')
    await close()`
  const run = promisify(execFile)
  const starts = await Promise.all(
    Array.from({ length: 5 }, () => run(process.execPath, ['--input-type=module', '--eval', script])),
  )
  expect(starts.map(({ stdout }) => stdout.trim()).sort()).toEqual(['first', 'late', 'late', 'late', 'late'])
  expect(await database.query('select name from kysely_migration')).toEqual([
    { name: '001-begin' },
    { name: '002-several-nodes' },
    { name: '003-event-log' },
    { name: '004-operation' },
    { name: '005-rotated-keys' },
  ])
  expect(await database.query('select 1 from workspaces')).toHaveLength(1)
}, 60_000)

test('A start that fails half-way leaves nothing behind, and the next one does it all', async () => {
  await database.query('create table requests (mine int)')
  expect(await faultOf(database.url)).toMatch(/cannot be given its tables.+"requests" already exists/)
  expect(await database.query(`select to_regclass('assets') as assets`)).toEqual([{ assets: null }])
  await database.query('drop table requests')
  const records = await open()
  const workspace = workspaceOf()
  await records.workspaces.insert(workspace)
  expect(await records.workspaces.list()).toEqual([workspace])
  await records.close()
})

test('A start on a database that is up to date changes nothing', async () => {
  const schema = () =>
    database.query(`select relname, relfilenode from pg_class where relname !~ '^pg_toast' order by oid`)
  await (await open()).close()
  const before = await schema()
  await (await open()).close()
  expect(await schema()).toEqual(before)
})

test('A database that a later version has migrated is refused in one line, and left as it is', async () => {
  await (await open()).close()
  await database.query(`insert into kysely_migration (name, timestamp) values ('999-later', '2099-01-01')`)
  expect(await faultOf(database.url)).toMatch(
    /newer Herbarium \(999-later\): run that version or a later one/,
  )
})

test('A server that is not there, a wrong password and a wrong name are each told in one line', async () => {
  expect(await faultOf(changed({ port: String(await freePort()) }))).toMatch(/DATABASE_URL .*ECONNREFUSED/)
  expect(await faultOf(changed({ password: 'guessed' }))).toMatch(/password authentication failed/)
  expect(await faultOf(changed({ pathname: '/nowhere' }))).toMatch(/"nowhere" does not exist/)
})
