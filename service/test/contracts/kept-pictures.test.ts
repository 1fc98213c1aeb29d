// Keeps the promises of the place where pictures are kept: whole or not there, bounded, gone when told.
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeptPictures } from '../../src/assets/derivatives/ports.ts'
import { openDerivatives } from '../../src/blobs/derivatives/open-derivatives.ts'
import { flattened } from '../support/flattened.ts'
import { createTestClock, type TestClock } from '../support/test-clock.ts'

const KIB = 1024
const BLOBS = [
  'media/ab/ab000000000000000000000000000000',
  'media/ab/ab000000000000000000000000000001',
  'media/cd/cd000000000000000000000000000000',
]
const [BLOB = '', TWIN = '', OTHER = ''] = BLOBS
const nameOf = (blob: string, n = 0) => `${blob}.${String(n).padStart(16, '0')}.webp`

let folder = ''
let clock: TestClock
let kept: KeptPictures
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'herbarium-kept-')), 'derivatives')
  clock = createTestClock()
  kept = openDerivatives({ folder, maxBytes: 400 * KIB, clock })
})
afterEach(() => rm(path.dirname(folder), { recursive: true }))

const keep = (name: string, bytes: Uint8Array, by = kept) =>
  by.keep(name, async draft => {
    await writeFile(draft, bytes, { flag: 'wx' })
    return undefined
  })

async function bytesAt(name: string): Promise<Buffer | undefined> {
  const found = await kept.open(name)
  return found && buffer(found.bytes)
}

async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => entry.name)
}

async function onDisk(): Promise<number> {
  const sizes = (await readdir(folder, { recursive: true })).map(async name => {
    const facts = await stat(path.join(folder, name))
    return facts.isFile() ? facts.size : 0
  })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

describe('a picture that is kept', () => {
  it('is found under its name alone, with its size, closed to other users', async () => {
    expect(await kept.open(nameOf(BLOB))).toBeUndefined()
    await keep(nameOf(BLOB), Buffer.from('picture'))
    const opened = await kept.open(nameOf(BLOB))
    expect(opened?.sizeBytes).toBe(7)
    expect(opened && (await buffer(opened.bytes))).toEqual(Buffer.from('picture'))
    expect(await kept.open(nameOf(BLOB, 1))).toBeUndefined()
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  it.each([
    ['was refused', async () => 'cannot be decoded'],
    ['broke off', () => Promise.reject(new Error('gone'))],
  ])('is not there when its making %s, and neither is its draft', async (_, end) => {
    const outcome = await kept
      .keep(nameOf(BLOB), async draft => {
        await writeFile(draft, 'half')
        return end()
      })
      .catch((error: Error) => error.message)
    expect(outcome).toMatch(/cannot be decoded|gone/)
    expect(await files()).toEqual([])
  })

  it('is never seen in part', async () => {
    let seen: unknown = 'nothing was looked for'
    await kept.keep(nameOf(BLOB), async draft => {
      await writeFile(draft, 'half')
      seen = await kept.open(nameOf(BLOB))
      await writeFile(draft, 'whole')
      return undefined
    })
    expect(seen).toBeUndefined()
    expect(await bytesAt(nameOf(BLOB))).toEqual(Buffer.from('whole'))
  })

  it('can be read on after it was removed', async () => {
    await keep(nameOf(BLOB), Buffer.alloc(300 * KIB, 7))
    const opened = await kept.open(nameOf(BLOB))
    await kept.removeOf(BLOB)
    expect(opened && (await buffer(opened.bytes)).length).toBe(300 * KIB)
    expect(await kept.open(nameOf(BLOB))).toBeUndefined()
  })

  it('goes with all others of its blob, and with none of another', async () => {
    for (const [blob, n] of [
      [BLOB, 0],
      [BLOB, 1],
      [TWIN, 0],
      [OTHER, 0],
    ] as const)
      await keep(nameOf(blob, n), Buffer.from('x'))
    await kept.removeOf(BLOB)
    await kept.removeOf('media/ef/ef000000000000000000000000000000')
    expect((await files()).sort()).toEqual([TWIN, OTHER].map(blob => path.basename(nameOf(blob))))
    expect((await flattened(kept.blobKeys())).sort()).toEqual([TWIN, OTHER])
  })

  it('has a name that leads nowhere else', async () => {
    for (const name of [
      '../herbarium.db',
      'media/ab/../../secret.key',
      `quarantine/x.1`,
      BLOB,
      `${nameOf(BLOB)}/x`,
    ])
      await expect(kept.open(name), name).rejects.toThrow('not a name of a picture')
  })

  it('is in nobody’s way before there is any', async () => {
    await kept.removeOf(BLOB)
    expect(await flattened(kept.blobKeys())).toEqual([])
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('cannot be had while the folder cannot be written, and that says so', async () => {
    await writeFile(folder, 'a file stands where the folder should')
    await expect(keep(nameOf(BLOB), Buffer.from('x'))).rejects.toMatchObject({ code: 'service_unavailable' })
  })
})

describe('the bound', () => {
  it('is never exceeded, and the least recently used go first', async () => {
    await keep(nameOf(OTHER), Buffer.alloc(40 * KIB))
    for (let n = 0; n < 40; n++) {
      clock.advance(120_000)
      await keep(nameOf(BLOB, n), Buffer.alloc(20 * KIB))
      expect(await bytesAt(nameOf(OTHER)), `after ${n}`).toBeDefined()
      expect(await onDisk()).toBeLessThanOrEqual(400 * KIB)
    }
    expect(await bytesAt(nameOf(BLOB, 0))).toBeUndefined()
    expect(await bytesAt(nameOf(BLOB, 39))).toBeDefined()
    expect(await onDisk()).toBeGreaterThan(300 * KIB)
  })

  it('counts what small files take of a disk', async () => {
    for (let n = 0; n < 150; n++) await keep(nameOf(BLOB, n), Buffer.from('x'))
    expect((await files()).length).toBeLessThanOrEqual(100)
  })

  it('holds for what was there before, and what another process has written', async () => {
    const other = openDerivatives({ folder, maxBytes: 10_000 * KIB, clock })
    for (let n = 0; n < 60; n++) await keep(nameOf(TWIN, n), Buffer.alloc(20 * KIB), other)
    expect(await onDisk()).toBe(1200 * KIB)
    await keep(nameOf(BLOB), Buffer.alloc(20 * KIB))
    expect(await onDisk()).toBeLessThanOrEqual(400 * KIB)
    expect(await bytesAt(nameOf(BLOB))).toBeDefined()
  })

  it('removes drafts that a process left behind an hour ago, and none that is being written', async () => {
    await keep(nameOf(BLOB), Buffer.from('x'))
    const [old, young] = ['old', 'young'].map(name => path.join(folder, 'drafts', name))
    for (const draft of [old, young]) await writeFile(draft ?? '', 'half')
    await utimes(old ?? '', new Date(Date.now() - 3_700_000), new Date(Date.now() - 3_700_000))
    await keep(nameOf(BLOB, 1), Buffer.from('x'), openDerivatives({ folder, maxBytes: 400 * KIB, clock }))
    expect(await readdir(path.join(folder, 'drafts'))).toEqual(['young'])
  })
})
