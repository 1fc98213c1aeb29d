// What was made of sources counts until one of them changes.
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { isFresh, SOURCES } from '../../bin/is-fresh.js'

let folder: string
const at = (name: string) => path.join(folder, name)
const write = async (name: string, second: number, text = '') => {
  await writeFile(at(name), text)
  await utimes(at(name), second, second)
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-fresh-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(at('src/inner'), { recursive: true })
  await mkdir(at('linked'))
  await write('src/a.ts', 10)
  await write('src/inner/b.ts', 10)
  await write('linked/made.js', 20)
  await write(`linked/${SOURCES}`, 20, '../src/a.ts\n../src/inner/b.ts')
})

test('it counts while every source is older', () => {
  expect(isFresh(at('linked/made.js'))).toBe(true)
})

test('it does not once a file far down has changed', async () => {
  await write('src/inner/b.ts', 30)
  expect(isFresh(at('linked/made.js'))).toBe(false)
})

test('it does not once a file was taken away', async () => {
  await rm(at('src/inner/b.ts'))
  expect(isFresh(at('linked/made.js'))).toBe(false)
})

test('it does not where nothing was made, or nobody knows of what', async () => {
  expect(isFresh(at('linked/nothing.js'))).toBe(false)
  await rm(at(`linked/${SOURCES}`))
  expect(isFresh(at('linked/made.js'))).toBe(false)
})

test('what it was not made of makes nothing older', async () => {
  await write('src/new.ts', 30)
  expect(isFresh(at('linked/made.js'))).toBe(true)
})
