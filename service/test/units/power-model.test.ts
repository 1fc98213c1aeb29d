// A disk in the mind: which names and bytes a loss of power leaves.
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DiskEvent } from '../support/power/disk-events.ts'
import { createDiskModel, type DiskModel } from '../support/power/disk-model.ts'
import { losePower } from '../support/power/lose-power.ts'

let folder = ''
let root = ''
let model: DiskModel
let syncs = 0
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-model-'))
  root = path.join(folder, 'data')
  await mkdir(root)
  model = createDiskModel(root, [])
})
afterEach(() => rm(folder, { recursive: true }))

const at = (name: string) => path.join(root, name)
const happen = (...events: DiskEvent[]) => {
  for (const event of events) model.apply(event)
}
const create = (name: string) => happen({ kind: 'create', path: at(name), truncates: false, appends: false })
const write = (name: string, bytes: number, place?: number, thread = '1') =>
  happen({ kind: 'write', path: at(name), at: place, bytes, thread })
const sync = (file: string) => {
  syncs++
  happen({ kind: 'sync began', path: file, sync: syncs })
  happen({ kind: 'sync ended', path: file, sync: syncs, how: 'fsync' })
}

/** The folder after a loss of power: its files and their text. */
async function left(): Promise<Record<string, string>> {
  const target = await mkdtemp(path.join(folder, 'left-'))
  await losePower(model, root, target)
  const names = (await readdir(target)).sort()
  const texts = await Promise.all(names.map(name => readFile(path.join(target, name), 'latin1')))
  return Object.fromEntries(names.map((name, n) => [name, texts[n] ?? '']))
}

it('A file is as long as it was synced, and only where its name was synced too', async () => {
  await writeFile(at('a'), 'abcdef')
  create('a')
  write('a', 4)
  sync(at('a'))
  write('a', 2)
  expect(await left()).toEqual({})
  sync(root)
  expect(await left()).toEqual({ a: 'abcd' })
  sync(at('a'))
  expect(await left()).toEqual({ a: 'abcdef' })
})

it('What was overwritten and not synced is zeros, and not the new bytes', async () => {
  await writeFile(at('wal'), 'newold')
  create('wal')
  write('wal', 6, 0)
  sync(at('wal'))
  sync(root)
  write('wal', 3, 0)
  expect(await left()).toEqual({ wal: '\0\0\0old' })
})

it('A sync does not cover what was written while it ran', async () => {
  await writeFile(at('a'), 'ab')
  create('a')
  write('a', 1)
  happen({ kind: 'sync began', path: at('a'), sync: -1 })
  write('a', 1)
  happen({ kind: 'sync ended', path: at('a'), sync: -1, how: 'fsync' })
  sync(root)
  expect(await left()).toEqual({ a: 'a' })
})

it('A rename that was not synced has not happened', async () => {
  await writeFile(at('draft'), 'x')
  create('draft')
  write('draft', 1)
  sync(at('draft'))
  sync(root)
  await rename(at('draft'), at('final'))
  happen({ kind: 'rename', from: at('draft'), to: at('final') })
  expect(await left()).toEqual({ draft: 'x' })
  sync(root)
  expect(await left()).toEqual({ final: 'x' })
})

it('A removed file is back until its folder was synced, and a second name keeps its bytes', async () => {
  await writeFile(at('kept'), 'x')
  create('one')
  write('one', 1)
  sync(at('one'))
  happen({ kind: 'link', from: at('one'), to: at('kept') })
  sync(root)
  happen({ kind: 'unlink', path: at('one') })
  expect(await left()).toEqual({ kept: 'x', one: 'x' })
  sync(root)
  expect(await left()).toEqual({ kept: 'x' })
})

it('A file in a folder whose own name was not synced is gone with it', async () => {
  happen({ kind: 'mkdir', path: at('inner') })
  create('inner/a')
  sync(at('inner/a'))
  sync(at('inner'))
  expect(model.survivor(at('inner/a'))).toBeUndefined()
  sync(root)
  expect(model.survivor(at('inner/a'))).toBeDefined()
})

it('What a thread has written and not synced no other knows of until it is woken', () => {
  create('wal')
  write('wal', 4, 0, '2')
  const known = (thread: string) => model.knownUnsynced(at('wal'), thread)
  expect([known('1'), known('2')]).toEqual([0, 4])
  happen({ kind: 'wake', thread: '3' })
  expect(known('1')).toBe(0)
  happen({ kind: 'wake', thread: '2' })
  expect(known('1')).toBe(4)
  sync(at('wal'))
  expect(known('1')).toBe(0)
})
