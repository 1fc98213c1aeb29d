// Writes that are ready at once share one commit, and none of them suffers from another.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { CompiledQuery } from 'kysely'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createCommitApart } from '../../src/records/sqlite/commit-apart.ts'
import { type Engine, openEngine } from '../../src/records/sqlite/engine.ts'
import { commitHere, createWrite } from '../../src/records/sqlite/write.ts'
import type { Step } from '../../src/records/write.ts'
import { temporaryFolder } from '../support/start-process.ts'

let folder: string
let engine: Engine
beforeEach(async () => {
  folder = await temporaryFolder()
  engine = openEngine(path.join(folder, 'rows.db'))
  // What the index of names asks of each commit.
  engine.exec('create table assets (ordinal integer primary key, name_folded text) strict')
  engine.exec('create table asset_names_docsize (id integer primary key) strict')
  engine.exec('create table leaves (n integer primary key, name text not null unique) strict')
})
afterEach(async () => {
  engine.close()
  await rm(folder, { recursive: true })
})

const step = (sql: string, parameters: unknown[] = []): Step => ({
  query: CompiledQuery.raw(sql, parameters),
})
const add = (name: string): Step => step('insert into leaves (name) values (?)', [name])
const nothing = (): Step => ({ ...step('delete from leaves where n = -1'), otherwise: 'stale' })
const names = () =>
  engine.all('select name from leaves order by n', []).map(row => (row as { name: string }).name)

/** The engine, and what was executed on it. */
function watched(): { engine: Engine; executed: string[] } {
  const executed: string[] = []
  const run: Engine['run'] = (sql, parameters) => {
    executed.push(sql)
    return engine.run(sql, parameters)
  }
  return { engine: { ...engine, run }, executed }
}

it('a hundred writes in one breath are one commit, in the order they came', async () => {
  const { engine: watchedEngine, executed } = watched()
  const write = createWrite(commitHere(watchedEngine))
  const wanted = Array.from({ length: 100 }, (_, n) => `leaf ${n}`)
  expect(new Set(await Promise.all(wanted.map(name => write([add(name)]))))).toEqual(new Set(['saved']))
  expect(executed.filter(sql => sql === 'commit')).toHaveLength(1)
  expect(names()).toEqual(wanted)
})

it('is not told before the commit', async () => {
  const { engine: watchedEngine, executed } = watched()
  const write = createWrite(commitHere(watchedEngine))
  const told = ['a', 'b'].map(name => write([add(name)]).then(() => executed.at(-1)))
  expect(await Promise.all(told)).toEqual(['commit', 'commit'])
})

it('a write that finds nothing to change undoes its own steps and no others', async () => {
  const write = createWrite(commitHere(engine))
  const outcomes = await Promise.all([write([add('a')]), write([add('lost'), nothing()]), write([add('b')])])
  expect(outcomes).toEqual(['saved', 'stale', 'saved'])
  expect(names()).toEqual(['a', 'b'])
})

it('a write that fails undoes its own steps and no others', async () => {
  const write = createWrite(commitHere(engine))
  const [a, failed, b] = await Promise.allSettled([
    write([add('a')]),
    write([add('lost'), add('a')]),
    write([add('b')]),
  ])
  expect([a, b]).toMatchObject([{ value: 'saved' }, { value: 'saved' }])
  expect(failed).toMatchObject({ status: 'rejected', reason: { message: /UNIQUE/ } })
  expect(names()).toEqual(['a', 'b'])
})

it('where the file is full nobody of the group is told that it was saved, and the next group is written', async () => {
  const write = createWrite(commitHere(engine))
  await write([add('before')])
  engine.exec('pragma max_page_count = 10')
  const big = add('x'.repeat(200_000))
  const outcomes = await Promise.allSettled([write([add('a')]), write([big]), write([add('b')])])
  const saved = outcomes.filter(({ status }) => status === 'fulfilled').length
  expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: { code: 'service_unavailable' } })
  expect(names()).toHaveLength(1 + saved)
  engine.exec('pragma max_page_count = 100000')
  expect(await write([add('after')])).toBe('saved')
  expect(names().at(-1)).toBe('after')
})

it('waits for another writer of the file, and is made then', async () => {
  const other = openEngine(path.join(folder, 'rows.db'))
  other.exec('begin immediate')
  const writing = createWrite(commitHere(engine))([add('a')])
  setTimeout(() => other.exec('commit'), 50)
  expect(await writing).toBe('saved')
  other.close()
})

it('once much is written a thread of its own does it: with the same outcomes, and seen by who reads next', async () => {
  const { engine: watchedEngine, executed } = watched()
  const { commit, close } = createCommitApart(watchedEngine, path.join(folder, 'rows.db'))
  const write = createWrite(commit)
  let n = 0
  const twentyMore = async () => {
    await Promise.all(Array.from({ length: 20 }, () => write([add(`leaf ${n++}`)])))
    expect(engine.read('select count(*) as n from leaves', [])).toEqual([{ n }])
  }
  await vi.waitFor(
    async () => {
      const before = executed.length
      await twentyMore()
      expect(executed).toHaveLength(before)
    },
    { timeout: 10_000, interval: 5 },
  )
  const before = executed.length
  const [stale, twice, fine] = await Promise.allSettled([
    write([add('lost'), nothing()]),
    write([add('leaf 0')]),
    write([add('last')]),
  ])
  expect([stale, fine]).toMatchObject([{ value: 'stale' }, { value: 'saved' }])
  expect(twice).toMatchObject({ status: 'rejected', reason: { message: /UNIQUE/ } })
  const counted = () => engine.read('select count(*) as n from leaves', [])
  const late = write([add('late')])
  // Somebody reads just before the commit, and in the turn in which its answer comes.
  setImmediate(() => {
    counted()
    const began = performance.now()
    while (performance.now() - began < 100);
  })
  await late
  expect(counted()).toEqual([{ n: n + 2 }])
  for (let length = 1; length <= 700; length++)
    expect(await write([step(`delete from leaves where n in (${Array(length).fill('-1')})`)])).toBe('saved')
  expect(names()).toEqual([...Array.from({ length: n }, (_, at) => `leaf ${at}`), 'last', 'late'])
  expect(executed).toHaveLength(before)
  await close()
})

it('where no thread can be had it goes on without', async () => {
  const { commit, close } = createCommitApart(engine, path.join(folder, 'nowhere/rows.db'))
  const write = createWrite(commit)
  for (let n = 0; n < 100; n++) expect(await write([add(`leaf ${n}`)])).toBe('saved')
  expect(names()).toHaveLength(100)
  await close()
})
