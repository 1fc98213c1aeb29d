// Files that are delivered again and again: what stays open, what stays in memory, and for how long.
import { rename, rm, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createPopularFiles, type PopularFiles } from '../../src/blobs/disk/popular-files.ts'
import { openFilesBelow } from '../support/process-facts.ts'
import { temporaryFolder } from '../support/start-process.ts'

const KIB = 1024
const BYTES = Buffer.from(Array.from({ length: 3 * 1024 * KIB }, (_, n) => n % 251))

/** Of answers that are on their way for as long as the test lasts. */
const OUT = new Promise<void>(() => undefined)

let folder: string
let files: PopularFiles
beforeEach(async () => {
  folder = await temporaryFolder()
  files = createPopularFiles()
})
afterEach(() => rm(folder, { recursive: true }))

const at = (name: string) => path.join(folder, name)
const open = () => openFilesBelow(process.pid, folder)
const read = async (name: string, start: number, bytes: number) =>
  buffer(await files.read(at(name), { start, end: start + bytes - 1 }, OUT))

it('gives the bytes of every range, from many readers at once', async () => {
  await writeFile(at('a'), BYTES)
  const ranges = [0, 1, 7, 64 * KIB, 2 * 1024 * KIB].flatMap(start =>
    [1, 1000, 64 * KIB, 64 * KIB + 1, 1024 * KIB].map(bytes => [start, bytes] as const),
  )
  const given = await Promise.all([...ranges, ...ranges].map(([start, bytes]) => read('a', start, bytes)))
  for (const [n, [start, bytes]] of [...ranges, ...ranges].entries())
    expect(given[n]?.equals(BYTES.subarray(start, start + bytes))).toBe(true)
})

it('opens a file once for all, and closes it when nobody has asked for a while', async () => {
  await writeFile(at('a'), BYTES)
  await Promise.all([read('a', 0, 10), read('a', 5, 10), read('a', 0, 3 * 1024 * KIB)])
  expect(await open()).toHaveLength(1)
  await vi.waitFor(async () => expect(await open()).toEqual([]), { timeout: 10_000, interval: 100 })
})

it('closes one that is forgotten when its last reader has all of it', async () => {
  await writeFile(at('a'), BYTES)
  const reader = (await files.read(at('a'), { start: 0, end: BYTES.byteLength - 1 }, OUT))[
    Symbol.asyncIterator
  ]()
  const first = await reader.next()
  files.forget(at('a'))
  expect(await open()).toHaveLength(1)
  const pieces = [Buffer.from(first.value)]
  for (let next = await reader.next(); !next.done; next = await reader.next())
    pieces.push(Buffer.from(next.value))
  expect(Buffer.concat(pieces).equals(BYTES)).toBe(true)
  await vi.waitFor(async () => expect(await open()).toEqual([]))
})

it('reads a file anew that was forgotten and has another under its name', async () => {
  await writeFile(at('a'), 'first')
  await writeFile(at('b'), 'other')
  expect((await read('a', 0, 5)).toString()).toBe('first')
  await rename(at('b'), at('a'))
  files.forget(at('a'))
  expect((await read('a', 0, 5)).toString()).toBe('other')
})

it('keeps few files open, those that were asked for last', async () => {
  const names = Array.from({ length: 140 }, (_, n) => `file-${n}`)
  for (const name of names) {
    await writeFile(at(name), name)
    expect((await read(name, 0, name.length)).toString()).toBe(name)
  }
  const left = await vi.waitFor(async () => {
    const found = await open()
    expect(found).toHaveLength(128)
    return found
  })
  expect(left).toContain(at('file-139'))
  expect(left).not.toContain(at('file-0'))
})

it('tells of a file that is missing or too short, and finds it once it is there', async () => {
  await expect(read('a', 0, 4)).rejects.toMatchObject({ code: 'ENOENT' })
  await writeFile(at('a'), 'whole')
  await truncate(at('a'), 2)
  await expect(read('a', 0, 4)).rejects.toMatchObject({ code: 'ESHORT' })
  await writeFile(at('a'), 'whole')
  expect((await read('a', 0, 5)).toString()).toBe('whole')
})

it('a piece that is lent is nobody else’s until it is given back', async () => {
  await writeFile(at('a'), BYTES)
  const out = Promise.withResolvers<void>()
  const lend = async (start: number) =>
    (await files.read(at('a'), { start, end: start + 9 }, out.promise))[Symbol.asyncIterator]()
  const readers = await Promise.all(Array.from({ length: 50 }, (_, n) => lend(n + 1)))
  const pieces = await Promise.all(readers.map(reader => reader.next()))
  await Promise.all(Array.from({ length: 50 }, (_, n) => read('a', 200 + n, 10)))
  for (const [n, piece] of pieces.entries())
    expect(Buffer.from(piece.value).equals(BYTES.subarray(n + 1, n + 11))).toBe(true)
  for (const reader of readers) await reader.return?.()
  out.resolve()
  expect((await read('a', 100, 10)).equals(BYTES.subarray(100, 110))).toBe(true)
})
