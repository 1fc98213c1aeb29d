// The index of names grows by batches; a search finds what is in it and what is not yet, and nothing that is gone.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { attemptOf, pendingOf } from '../support/specimens.ts'
import { temporaryFolder } from '../support/start-process.ts'
import { addWorkspace } from '../support/use-records.ts'

let folder: string
let records: Awaited<ReturnType<typeof openSqlite>>
let workspaceId: string
beforeEach(async () => {
  folder = await temporaryFolder()
  records = await openSqlite(folder)
  workspaceId = (await addWorkspace(records)).id
})
afterEach(async () => {
  await records.close()
  await rm(folder, { recursive: true })
})

const add = (names: (string | null)[], workspace = workspaceId) =>
  Promise.all(
    names.map(async name => {
      const asset = pendingOf(workspace, { name })
      const attempt = attemptOf(asset)
      await records.assets.save({ asset: { after: asset }, attempts: [{ after: attempt }], events: [] })
      return { asset, attempt }
    }),
  )

const found = async (query: string) =>
  (await records.assets.list({ workspaceId, query }, { limit: 100 })).items.map(({ asset }) => asset.name)

function indexed(): number {
  const database = new DatabaseSync(path.join(folder, 'herbarium.db'), { readOnly: true })
  const row = database.prepare('select count(*) as n from asset_names_docsize').get()
  database.close()
  return Number(row?.n)
}

const leaves = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `leaf ${from + n}.png`)

test('names are found before they are indexed and afterwards, newest first', async () => {
  await add(leaves(0, 100))
  expect(indexed()).toBe(0)
  expect(await found('leaf 77')).toEqual(['leaf 77.png'])
  await add(leaves(100, 400))
  expect(indexed()).toBeGreaterThan(200)
  await add(['leaf 77 again.png'])
  expect(await found('leaf 77')).toEqual(['leaf 77 again.png', 'leaf 77.png'])
})

test('assets without a name are indexed too, so that they are not looked at one by one for ever', async () => {
  await add(Array.from({ length: 400 }, () => null))
  expect(indexed()).toBeGreaterThan(200)
  await add(['fern.png'])
  expect(await found('fern')).toEqual(['fern.png'])
})

test('what is deleted is found no more, whether it was indexed or not, and the index is sound', async () => {
  const [old] = await add(leaves(0, 300))
  const [young] = await add(['leaf 0 again.png'])
  if (old === undefined || young === undefined) throw new Error('they were added')
  expect(await found('leaf 0')).toEqual(['leaf 0 again.png', 'leaf 0.png'])
  for (const remove of [old, young]) await records.assets.save({ remove, events: [] })
  expect(await found('leaf 0')).toEqual([])
  expect(await records.upkeep.integrity()).toEqual([])
})

describe('among thousands of two tenants', () => {
  const KINDS = ['fern', 'moss', 'oak', 'lichen']
  const nameOf = (n: number) => `${n % 1500 === 0 ? 'sundew' : KINDS[n % KINDS.length]} ${n}.png`
  const ours = Array.from({ length: 3500 }, (_, n) => nameOf(n))

  /** Page by page. */
  async function allFound(query: string): Promise<(string | null)[]> {
    const names: (string | null)[] = []
    let after: readonly number[] | undefined
    do {
      const page = await records.assets.list({ workspaceId, query }, { limit: 37, ...(after && { after }) })
      names.push(...page.items.map(({ asset }) => asset.name))
      after = page.next
    } while (after !== undefined)
    return names
  }

  /** In all names, in many, in few, in theirs alone, of two letters, a part of a number. */
  const QUERIES = ['png', 'fern', 'sundew', 'mine', 'ak', ' 34']

  test('every text is found as often as it is there, each once, newest first', async () => {
    const theirs = (await addWorkspace(records)).id
    for (let at = 0; at < ours.length; at += 500) {
      await add(ours.slice(at, at + 500))
      await add(
        Array.from({ length: 500 }, (_, n) => `sundew of mine ${at + n}.png`),
        theirs,
      )
    }
    for (const query of QUERIES)
      expect(await allFound(query), query).toEqual(ours.filter(name => name.includes(query)).toReversed())
  })
})
