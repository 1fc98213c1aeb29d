// What was made of sources counts until one of them changes.
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { isFresh } from '../../bin/is-fresh.js'

let folder: string
const at = (name: string) => path.join(folder, name)
const write = async (name: string, second: number) => {
  await writeFile(at(name), name)
  await utimes(at(name), second, second)
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-fresh-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(at('src/inner'), { recursive: true })
  await write('src/inner/a.ts', 10)
  await utimes(at('src/inner'), 10, 10)
  await utimes(at('src'), 10, 10)
  await write('made.js', 20)
})

test('it counts while every source is older', () => {
  expect(isFresh(at('made.js'), [at('src')])).toBe(true)
})

test('it does not once a file far down has changed', async () => {
  await write('src/inner/a.ts', 30)
  expect(isFresh(at('made.js'), [at('src')])).toBe(false)
})

test('it does not once a file was taken away', async () => {
  await rm(at('src/inner/a.ts'))
  expect(isFresh(at('made.js'), [at('src')])).toBe(false)
})

test('it does not where nothing was made', () => {
  expect(isFresh(at('nothing.js'), [at('src')])).toBe(false)
})

test('a source that is not there makes nothing older', () => {
  expect(isFresh(at('made.js'), [at('src'), at('nowhere')])).toBe(true)
})
