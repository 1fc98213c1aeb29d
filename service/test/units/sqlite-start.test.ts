// Starting on a SQLite file: for the first time, after a crash, together with others, and on what is not ours.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Engine, openEngine } from '../../src/records/sqlite/engine.ts'
import { createKysely } from '../../src/records/sqlite/kysely.ts'
import { migrate } from '../../src/records/sqlite/migrate.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { workspaceOf } from '../support/specimens.ts'

let folder = ''
const file = () => path.join(folder, 'herbarium.db')

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-start-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** An engine whose process loses its power after some calls. */
function losingPower(engine: Engine, afterCalls: number): Engine {
  let calls = 0
  const powered = <A extends unknown[], R>(act: (...args: A) => R) => {
    return (...args: A): R => {
      if (calls++ >= afterCalls) throw new Error('no power')
      return act(...args)
    }
  }
  return { ...engine, run: powered(engine.run), all: powered(engine.all), exec: powered(engine.exec) }
}

/** Migrates until the power goes, and says whether that was after the end. */
async function migrateUntil(afterCalls: number): Promise<boolean> {
  const engine = openEngine(file())
  const failing = losingPower(engine, afterCalls)
  try {
    await migrate(failing, createKysely(failing))
    return true
  } catch {
    return false
  } finally {
    engine.close()
  }
}

async function expectUsable(): Promise<void> {
  const records = await openSqlite(folder)
  const workspace = workspaceOf()
  await records.workspaces.insert(workspace)
  expect(await records.workspaces.list()).toContainEqual(workspace)
  expect(await records.assets.list({ workspaceId: workspace.id, query: 'fern' }, { limit: 1 })).toEqual({
    items: [],
  })
  await records.close()
}

test('An installation starts again wherever its first start lost power', async () => {
  let isDone = false
  for (let calls = 0; calls < 300 && !isDone; calls += 3) {
    isDone = await migrateUntil(calls)
    await expectUsable()
    await rm(folder, { recursive: true })
    folder = await mkdtemp(path.join(tmpdir(), 'herbarium-start-'))
  }
  expect(isDone).toBe(true)
})

test('A start on a file that is up to date changes nothing', async () => {
  await (await openSqlite(folder)).close()
  const schema = () => {
    const database = new DatabaseSync(file())
    const rows = database.prepare('select name, sql from sqlite_schema order by name').all()
    database.close()
    return rows
  }
  const before = schema()
  await (await openSqlite(folder)).close()
  expect(schema()).toEqual(before)
})

test('Of four processes that start at once on an empty folder, one makes the beginning', async () => {
  const from = (module: string) => JSON.stringify(path.join(import.meta.dirname, '../../src', module))
  const script = `
    const { openSqlite } = await import(${from('records/sqlite/open-sqlite.ts')})
    const { begin } = await import(${from('workspaces/begin.ts')})
    const { systemClock: clock } = await import(${from('ground/clock.ts')})
    const { randomIds: ids } = await import(${from('ground/ids.ts')})
    const { workspaces, close } = await openSqlite(${JSON.stringify(folder)})
    console.log((await begin({ workspaces, clock, ids })) === undefined ? 'late' : 'first')
    await close()`
  const run = promisify(execFile)
  const starts = await Promise.all(
    Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '--eval', script])),
  )
  expect(starts.map(({ stdout }) => stdout.trim()).sort()).toEqual(['first', 'late', 'late', 'late'])
})

test('A file that a later version has migrated is refused, and left as it is', async () => {
  await (await openSqlite(folder)).close()
  const database = new DatabaseSync(file())
  database.exec(`insert into kysely_migration (name, timestamp) values ('999-later', '2099-01-01')`)
  database.close()
  await expect(openSqlite(folder)).rejects.toThrow('999-later')
})

test('A file that is no database is refused as unavailable', async () => {
  await writeFile(file(), 'x'.repeat(8192))
  await expect(openSqlite(folder)).rejects.toMatchObject({ code: 'service_unavailable' })
  expect(await readdir(folder)).toContain('herbarium.db')
})
