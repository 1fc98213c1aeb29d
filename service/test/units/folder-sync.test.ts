// Syncing folders: shared by all who ask before it begins, and by nobody who asks after.
import { mkdirSync, rmdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSyncFolder } from '../../src/blobs/disk/folder-sync.ts'

let folder = ''
const inner = () => path.join(folder, 'inner')
/** Long enough for a sync that waits to begin, far too short for it to end. */
const untilBegun = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-sync-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('All who ask before a sync begins share it', async () => {
  const sync = createSyncFolder()
  const first = sync(folder)
  expect(sync(folder)).toBe(first)
  expect(sync(folder)).toBe(first)
  await expect(first).resolves.toBeUndefined()
})

test('Nobody joins a sync that runs: those who come then share the next, which ends later', async () => {
  const sync = createSyncFolder()
  const ended: string[] = []
  const running = sync(folder).then(() => ended.push('running'))
  await untilBegun()
  const next = sync(folder)
  expect(sync(folder)).toBe(next)
  await Promise.all([next.then(() => ended.push('next')), running])
  expect(ended).toEqual(['running', 'next'])
})

test('A sync that is asked for while another runs sees what happened in between', async () => {
  const sync = createSyncFolder()
  for (let round = 0; round < 50; round++) {
    mkdirSync(inner())
    const running = sync(inner()).catch(() => undefined) // the folder may be gone before it is opened
    await untilBegun()
    rmdirSync(inner())
    await expect(sync(inner())).rejects.toThrow('ENOENT')
    await running
  }
})

test('Folders are synced side by side', async () => {
  const sync = createSyncFolder()
  mkdirSync(inner())
  expect(sync(folder)).not.toBe(sync(inner()))
  await Promise.all([sync(folder), sync(inner())])
})

test('A sync that fails is told to all who share it, and is tried again by the next', async () => {
  const sync = createSyncFolder()
  const shared = [sync(inner()), sync(inner())]
  for (const each of shared) await expect(each).rejects.toThrow('ENOENT')
  await untilBegun()
  mkdirSync(inner())
  await expect(sync(inner())).resolves.toBeUndefined()
})

test('A sync is not spoilt by the one before it', async () => {
  const sync = createSyncFolder()
  const failing = sync(inner()).catch(() => undefined) // unless the folder is made before it is opened
  await untilBegun()
  const next = sync(inner())
  mkdirSync(inner())
  await expect(next).resolves.toBeUndefined()
  await failing
})
