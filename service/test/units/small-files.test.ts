// Many small files at once: what is done to each, and what becomes of the others where one cannot be.
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { FileTask } from '../../src/blobs/disk/files/task.ts'
import { workThrough } from '../../src/blobs/disk/files/work-through.ts'
import { openDisk } from '../../src/blobs/disk/open-disk.ts'
import { freshQuarantineKey } from '../support/blobs.ts'
import { temporaryFolder } from '../support/start-process.ts'

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
  for (const name of ['incoming', 'kept', 'media']) await mkdir(path.join(folder, name))
})
afterEach(() => rm(folder, { recursive: true }))

const at = (name: string) => path.join(folder, name)
const put = (name: string, text = name, target = `kept/${name}`): FileTask => ({
  kind: 'put',
  place: { temporary: at(`incoming/${name}`), target: at(target) },
  bytes: Buffer.from(text),
})
const link = (from: string, to: string): FileTask => ({ kind: 'link', from: at(from), to: at(to) })
const unlink = (file: string): FileTask => ({ kind: 'unlink', file: at(file) })
const codes = async (...tasks: FileTask[]) => (await workThrough(tasks)).map(outcome => outcome?.code ?? null)

it('puts, links and removes, all in one go', async () => {
  await writeFile(at('kept/old'), 'old')
  await writeFile(at('kept/gone'), 'gone')
  const names = Array.from({ length: 20 }, (_, n) => `file-${n}`)
  const outcomes = await codes(
    ...names.map(name => put(name)),
    link('kept/old', 'media/old'),
    unlink('kept/gone'),
  )
  expect(outcomes).toEqual(Array.from({ length: 22 }, () => null))
  for (const name of names) expect(await readFile(at(`kept/${name}`), 'utf8')).toBe(name)
  expect(await readFile(at('media/old'), 'utf8')).toBe('old')
  expect((await readdir(at('kept'))).sort()).toEqual(['old', ...names].sort())
  expect(await readdir(at('incoming'))).toEqual([])
})

it('one that cannot be put leaves nothing behind, and harms none of its neighbours', async () => {
  await writeFile(at('incoming/b'), 'of somebody else')
  expect(await codes(put('a'), put('b'), put('c', 'c', 'nowhere/c'), put('d'))).toEqual([
    null,
    'EEXIST',
    'ENOENT',
    null,
  ])
  expect((await readdir(at('kept'))).sort()).toEqual(['a', 'd'])
  expect(await readdir(at('incoming'))).toEqual(['b'])
  expect(await readFile(at('incoming/b'), 'utf8')).toBe('of somebody else')
})

it('tells what cannot be linked or removed', async () => {
  await writeFile(at('kept/a'), 'a')
  await writeFile(at('media/a'), 'another')
  expect(await codes(link('kept/a', 'media/a'), link('kept/b', 'media/b'), unlink('kept/c'))).toEqual([
    'EEXIST',
    'ENOENT',
    'ENOENT',
  ])
  expect(await readFile(at('media/a'), 'utf8')).toBe('another')
})

it('a store that is busy keeps every byte, says what is wrong, and closes', async () => {
  const begun = once(process, 'worker')
  const blobs = await openDisk(at('blobs'))
  await Promise.all(Array.from({ length: 20 }, () => blobs.remove(freshQuarantineKey())))
  const [thread] = (await begun) as [Worker]
  await once(thread, 'message') // it is ready
  const asked = vi.spyOn(thread, 'postMessage')
  const keys = Array.from({ length: 300 }, freshQuarantineKey)
  const bytesOf = (n: number) => Buffer.from(Array.from({ length: 1 + n * 7 }, (_, i) => (i + n) % 256))
  for (let from = 0; from < keys.length; from += 50)
    await Promise.all(keys.slice(from, from + 50).map((key, n) => blobs.put(key, bytesOf(from + n))))
  for (const [n, key] of keys.entries())
    expect((await readFile(at(`blobs/${key}`))).equals(bytesOf(n))).toBe(true)
  expect(await readdir(at('blobs/incoming'))).toEqual([])
  expect(asked).toHaveBeenCalled()
  const [key = ''] = keys
  await rm(at('blobs/incoming'), { recursive: true })
  await expect(blobs.put(freshQuarantineKey(), Buffer.from('x'))).rejects.toMatchObject({
    code: 'service_unavailable',
  })
  await Promise.all([blobs.remove(key), blobs.remove(freshQuarantineKey())])
  expect(await readdir(at('blobs/quarantine'))).toHaveLength(299)
  await blobs.close()
})
