// What a folder does beyond its contract: descriptors, modes, ages, and trouble that the system makes.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readlink, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DiskBlobs, openDisk } from '../../src/blobs/disk/open-disk.ts'
import {
  contentOf,
  freshMediaKey,
  freshQuarantineKey,
  leftoversOf,
  patternOf,
  put,
} from '../support/blobs.ts'

const MIB = 1024 * 1024
const UNAVAILABLE = { code: 'service_unavailable' }

let folder = ''
let blobs: DiskBlobs
const inFolder = (...parts: string[]) => path.join(folder, 'blobs', ...parts)

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'herbarium-disk-'))
  blobs = await openDisk(inFolder())
})
afterEach(() => rm(folder, { recursive: true }))

/** Every file below the folder, relative to it. */
async function files(): Promise<string[]> {
  const entries = await readdir(inFolder(), { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => path.relative(inFolder(), path.join(entry.parentPath, entry.name)))
}

describe.runIf(process.platform === 'linux')(
  'A reader of a folder, where /proc tells, leaves no file open',
  () => {
    const openFiles = async () => {
      const links = await Promise.all(
        (await readdir('/proc/self/fd')).map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
      )
      return links.filter(link => link.startsWith(folder))
    }
    const large = { start: 0, end: 3 * MIB - 1 }
    let key = ''
    beforeEach(async () => {
      key = freshQuarantineKey()
      await put(blobs, key, patternOf(3 * MIB))
    })

    it('when it has read all, much or little', async () => {
      for (const range of [large, { start: 5, end: 5 }, { start: 0, end: MIB }])
        await buffer(await blobs.read(key, range))
      expect(await openFiles()).toEqual([])
    })

    it('when it drops the rest', async () => {
      for await (const _ of await blobs.read(key, large)) {
        expect(await openFiles()).toHaveLength(1)
        break
      }
      expect(await openFiles()).toEqual([])
    })

    it('when it ends before it began', async () => {
      const iterator = (await blobs.read(key, large))[Symbol.asyncIterator]()
      expect(await openFiles()).toHaveLength(1)
      await iterator.return?.()
      expect(await openFiles()).toEqual([])
    })

    it('when the file turns out to be too short, at once or on the way', async () => {
      await truncate(inFolder(key), 2 * MIB)
      for (const range of [large, { start: 2 * MIB - 1, end: 2 * MIB }, { start: 2 * MIB, end: 3 * MIB - 1 }])
        await expect(blobs.read(key, range).then(buffer)).rejects.toMatchObject(UNAVAILABLE)
      expect(await openFiles()).toEqual([])
    })
  },
)

describe('A folder', () => {
  it('keeps its files and folders from other users', async () => {
    const [key, media] = [freshQuarantineKey(), freshMediaKey()]
    await put(blobs, key, patternOf(1))
    await blobs.promote(key, media)
    const mode = async (...parts: string[]) => ((await stat(inFolder(...parts))).mode & 0o777).toString(8)
    for (const file of [key, media]) expect(await mode(file)).toBe('600')
    for (const name of ['incoming', 'quarantine', 'media', 'media/7f']) expect(await mode(name)).toBe('700')
  })

  it('writes a file once: a second writer on its key is refused and spoils nothing', async () => {
    const key = freshQuarantineKey()
    const first = await blobs.create(key)
    await expect(blobs.create(key)).rejects.toMatchObject(UNAVAILABLE)
    await first.write(patternOf(10))
    await first.commit()
    expect(await contentOf(blobs, key, 10)).toEqual(patternOf(10))
  })

  it('does not overwrite what is published', async () => {
    const [key, media] = [freshQuarantineKey(), freshMediaKey()]
    await put(blobs, key, patternOf(10))
    await blobs.promote(key, media)
    const other = freshQuarantineKey()
    await put(blobs, other, Buffer.alloc(10, 'x'))
    await expect(blobs.promote(other, media)).rejects.toMatchObject(UNAVAILABLE)
    expect(await contentOf(blobs, media, 10)).toEqual(patternOf(10))
  })

  it('does not gather without end what arrives in single bytes', async () => {
    const key = freshQuarantineKey()
    const slab = patternOf(20_000)
    const writer = await blobs.create(key)
    for (let at = 0; at < slab.length; at++) await writer.write(slab.subarray(at, at + 1))
    const [name = ''] = await readdir(inFolder('incoming'))
    expect((await stat(inFolder('incoming', name))).size).toBeGreaterThan(15_000)
    await writer.commit()
    expect((await contentOf(blobs, key, slab.length)).equals(slab)).toBe(true)
  })

  it('tells old leftovers from young ones', async () => {
    const [old, young] = [freshQuarantineKey(), freshQuarantineKey()]
    const unfinished = await Promise.all([freshQuarantineKey(), freshQuarantineKey()].map(blobs.create))
    for (const key of [old, young]) await put(blobs, key, patternOf(1))
    const [firstUnfinished = ''] = await readdir(inFolder('incoming'))
    const anHourAgo = new Date(Date.now() - 3_600_000)
    for (const file of [old, `incoming/${firstUnfinished}`])
      await utimes(inFolder(file), anHourAgo, anHourAgo)
    await writeFile(inFolder('quarantine/.DS_Store'), 'not ours')
    await utimes(inFolder('quarantine/.DS_Store'), anHourAgo, anHourAgo)
    const found = await leftoversOf(blobs, Date.now() - 1_800_000)
    expect(found).toEqual([`incoming/${firstUnfinished}`, old])
    await rm(inFolder('quarantine/.DS_Store'))
    for (const writer of unfinished) await writer.abort()
    expect((await files()).sort()).toEqual([old, young].sort())
  })
})

describe('Leftovers by the thousand', () => {
  it('are told in pages, every one of them', async () => {
    const keys = Array.from({ length: 1201 }, (_, n) => `quarantine/leftover-${n}.1`)
    await Promise.all(keys.map(key => writeFile(inFolder(key), '')))
    const pages: string[][] = []
    for await (const page of blobs.leftovers(Date.now() + 60_000)) pages.push(page)
    expect(pages.flat().sort()).toEqual(keys.sort())
    expect(Math.max(...pages.map(page => page.length))).toBeLessThanOrEqual(500)
  })
})

describe("The system's trouble", () => {
  it('is told as unavailable, and is over when it is over', async () => {
    const [key, media] = [freshQuarantineKey(), freshMediaKey()]
    await put(blobs, key, patternOf(10))
    await rename(inFolder('incoming'), inFolder('elsewhere'))
    await writeFile(inFolder('incoming'), 'not a folder')
    await expect(blobs.create(freshQuarantineKey())).rejects.toMatchObject(UNAVAILABLE)
    await expect(leftoversOf(blobs, Date.now())).rejects.toMatchObject(UNAVAILABLE)
    await blobs.promote(key, media)
    await rm(inFolder('incoming'))
    await expect(blobs.check()).rejects.toMatchObject(UNAVAILABLE)
    await rename(inFolder('elsewhere'), inFolder('incoming'))
    await expect(blobs.check()).resolves.toBeUndefined()
    await put(blobs, freshQuarantineKey(), patternOf(10))
    expect(await contentOf(blobs, media, 10)).toEqual(patternOf(10))
  })

  it('keeps its cause, for whoever reads the log', async () => {
    const refused = blobs.read(freshQuarantineKey(), { start: 0, end: 0 })
    await expect(refused).rejects.toMatchObject({ cause: { code: 'ENOENT' }, retryAfterSeconds: 1 })
  })

  it('at the last step of a write leaves nothing of it', async () => {
    const writer = await blobs.create(freshQuarantineKey())
    await writer.write(patternOf(MIB))
    await rename(inFolder('quarantine'), inFolder('elsewhere'))
    await expect(writer.commit()).rejects.toMatchObject(UNAVAILABLE)
    await writer.abort()
    expect(await files()).toEqual([])
  })

  it('with a file that may not grow stops the write, and leaves nothing of it', async () => {
    const source = (module: string) => JSON.stringify(path.join(import.meta.dirname, '../../src', module))
    const script = `
      const { openDisk } = await import(${source('blobs/disk/open-disk.ts')})
      const blobs = await openDisk(${JSON.stringify(inFolder())})
      const writer = await blobs.create('quarantine/large.1')
      const pour = async () => {
        for (let n = 0; n < 32; n++) await writer.write(Buffer.alloc(65536, n))
        await writer.commit()
      }
      const error = await pour().then(() => undefined, error => error)
      await writer.abort()
      console.log(error?.code, error?.cause?.code)`
    // 512-byte blocks in some shells, 1024 in others: either way less than the two mebibytes that are written
    const limited = `ulimit -f 512; exec "$0" --input-type=module --eval "$1"`
    const run = promisify(execFile)
    const { stdout } = await run('/bin/sh', ['-c', limited, process.execPath, script])
    expect(stdout.trim()).toBe('service_unavailable EFBIG')
    expect(await files()).toEqual([])
  })
})
