// When keys were used last, between the requests and the rows.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Key } from '../../src/keys/key.ts'
import { createLastUsed } from '../../src/keys/last-used.ts'
import type { Records } from '../../src/records/records.ts'
import { openSqlite } from '../../src/records/sqlite/open-sqlite.ts'
import { keyOf, NOON, workspaceOf } from '../support/specimens.ts'

let folder: string
let records: Records
let key: Key
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-'))
  records = await openSqlite(folder)
})
beforeEach(async () => {
  const workspace = workspaceOf()
  await records.workspaces.insert(workspace)
  key = keyOf(workspace.id)
  await records.keys.insert(key)
})
afterAll(async () => {
  await records.close()
  await rm(folder, { recursive: true })
})

/** At noon, and a millisecond later each time it is asked; `writes` are the keys of each write. */
function create() {
  let now = NOON
  const state = { writes: [] as string[][], fails: false }
  const lastUsed = createLastUsed({
    clock: { now: () => now++, delay: async () => undefined },
    keys: {
      markUsed: async uses => {
        state.writes.push([...uses.keys()])
        if (state.fails) throw new Error('the rows are away')
        await records.keys.markUsed(uses)
      },
    },
  })
  return { lastUsed, state }
}

const kept = async () => (await records.keys.find(key.id))?.lastUsedAt

test('many uses are one write, which tells the last of them', async () => {
  const { lastUsed, state } = create()
  for (let n = 0; n < 1000; n++) lastUsed.note(key.id)
  expect(await kept()).toBeNull()
  await lastUsed.flush()
  expect(await kept()).toBe(NOON + 999)
  expect(state.writes).toEqual([[key.id]])
})

test('where nothing was used nothing is written', async () => {
  const { lastUsed, state } = create()
  await lastUsed.flush()
  lastUsed.note(key.id)
  await lastUsed.flush()
  await lastUsed.flush()
  expect(state.writes).toEqual([[key.id]])
})

test('what could not be written is written the next time, and does not hide what came meanwhile', async () => {
  const { lastUsed, state } = create()
  state.fails = true
  lastUsed.note('key_gone')
  lastUsed.note(key.id)
  const failing = lastUsed.flush()
  lastUsed.note(key.id)
  await expect(failing).rejects.toThrow('the rows are away')
  state.fails = false
  await lastUsed.flush()
  expect(await kept()).toBe(NOON + 2)
  expect(state.writes.at(-1)).toEqual(['key_gone', key.id])
})
