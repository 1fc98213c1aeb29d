// What a folder does beyond its contract: modes, ages, and trouble that the system makes.
import { execFile } from 'node:child_process'
import { readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  AS_PNG,
  contentOf,
  freshMediaKey,
  freshQuarantineKey,
  leftoversOf,
  patternOf,
  put,
} from '../support/blobs.ts'
import { useFolder, useFreshFolder } from '../support/use-folder.ts'

const MIB = 1024 * 1024
const UNAVAILABLE = { code: 'service_unavailable' }

describe('A folder', () => {
  const folder = useFolder()

  it('keeps its files and folders from other users', async () => {
    const [key, media] = [freshQuarantineKey(), freshMediaKey()]
    await put(folder.blobs, key, patternOf(1))
    await folder.blobs.promote(key, media, AS_PNG)
    const mode = async (...parts: string[]) => ((await stat(folder.at(...parts))).mode & 0o777).toString(8)
    for (const file of [key, media]) expect(await mode(file)).toBe('600')
    for (const name of ['incoming', 'quarantine', 'media', 'media/7f']) expect(await mode(name)).toBe('700')
  })

  it('writes a file once: a second writer on its key is refused and spoils nothing', async () => {
    const key = freshQuarantineKey()
    const first = await folder.blobs.create(key)
    await expect(folder.blobs.create(key)).rejects.toMatchObject(UNAVAILABLE)
    await first.write(patternOf(10))
    await first.commit()
    expect(await contentOf(folder.blobs, key, 10)).toEqual(patternOf(10))
  })

  it('does not overwrite what is published', async () => {
    const [key, media] = [freshQuarantineKey(), freshMediaKey()]
    await put(folder.blobs, key, patternOf(10))
    await folder.blobs.promote(key, media, AS_PNG)
    const other = freshQuarantineKey()
    await put(folder.blobs, other, Buffer.alloc(10, 'x'))
    await expect(folder.blobs.promote(other, media, AS_PNG)).rejects.toMatchObject(UNAVAILABLE)
    expect(await contentOf(folder.blobs, media, 10)).toEqual(patternOf(10))
  })

  it('does not gather without end what arrives in single bytes', async () => {
    const key = freshQuarantineKey()
    const slab = patternOf(20_000)
    const writer = await folder.blobs.create(key)
    for (let at = 0; at < slab.length; at++) await writer.write(slab.subarray(at, at + 1))
    const [name = ''] = await readdir(folder.at('incoming'))
    expect((await stat(folder.at('incoming', name))).size).toBeGreaterThan(15_000)
    await writer.commit()
    expect((await contentOf(folder.blobs, key, slab.length)).equals(slab)).toBe(true)
  })

  it('takes a file to be as young as its newest name, however old its bytes are', async () => {
    const [key, media] = [freshQuarantineKey(), freshMediaKey()]
    await put(folder.blobs, key, patternOf(1))
    const longAgo = new Date(Date.now() - 100 * 3_600_000)
    await utimes(folder.at(key), longAgo, longAgo)
    await folder.blobs.promote(key, media, AS_PNG)
    const found = await folder.blobs.findStored(media)
    expect(found?.touchedAt).toBeGreaterThan(Date.now() - 60_000)
  })

  it('tells old leftovers from young ones', async () => {
    const [old, young] = [freshQuarantineKey(), freshQuarantineKey()]
    const unfinished = await Promise.all(
      [freshQuarantineKey(), freshQuarantineKey()].map(folder.blobs.create),
    )
    for (const key of [old, young]) await put(folder.blobs, key, patternOf(1))
    const [firstUnfinished = ''] = await readdir(folder.at('incoming'))
    const anHourAgo = new Date(Date.now() - 3_600_000)
    for (const file of [old, `incoming/${firstUnfinished}`])
      await utimes(folder.at(file), anHourAgo, anHourAgo)
    await writeFile(folder.at('quarantine/.DS_Store'), 'not ours')
    await utimes(folder.at('quarantine/.DS_Store'), anHourAgo, anHourAgo)
    const found = await leftoversOf(folder.blobs, Date.now() - 1_800_000)
    expect(found).toEqual([`incoming/${firstUnfinished}`, old])
    await rm(folder.at('quarantine/.DS_Store'))
    for (const writer of unfinished) await writer.abort()
    expect(await leftoversOf(folder.blobs, Date.now() + 60_000)).toEqual([old, young].sort())
  })
})

describe('Leftovers by the thousand', () => {
  const folder = useFolder()

  it('are told in pages, every one of them', async () => {
    const keys = Array.from({ length: 1201 }, (_, n) => `quarantine/leftover-${n}.1`)
    await Promise.all(keys.map(key => writeFile(folder.at(key), '')))
    const pages: string[][] = []
    for await (const page of folder.blobs.leftovers(Date.now() + 60_000)) pages.push(page)
    expect(pages.flat().sort()).toEqual(keys.sort())
    expect(Math.max(...pages.map(page => page.length))).toBeLessThanOrEqual(500)
  })
})

describe("The system's trouble", () => {
  const folder = useFreshFolder()

  it('is told as unavailable, and is over when it is over', async () => {
    const [key, media] = [freshQuarantineKey(), freshMediaKey()]
    await put(folder.blobs, key, patternOf(10))
    await rename(folder.at('incoming'), folder.at('elsewhere'))
    await writeFile(folder.at('incoming'), 'not a folder')
    await expect(folder.blobs.create(freshQuarantineKey())).rejects.toMatchObject(UNAVAILABLE)
    await expect(leftoversOf(folder.blobs, Date.now())).rejects.toMatchObject(UNAVAILABLE)
    await folder.blobs.promote(key, media, AS_PNG)
    await rm(folder.at('incoming'))
    await expect(folder.blobs.check()).rejects.toMatchObject(UNAVAILABLE)
    await rename(folder.at('elsewhere'), folder.at('incoming'))
    await expect(folder.blobs.check()).resolves.toBeUndefined()
    await put(folder.blobs, freshQuarantineKey(), patternOf(10))
    expect(await contentOf(folder.blobs, media, 10)).toEqual(patternOf(10))
  })

  it('keeps its cause, for whoever reads the log', async () => {
    const refused = folder.blobs.read(freshQuarantineKey(), { start: 0, end: 0 })
    await expect(refused).rejects.toMatchObject({ cause: { code: 'ENOENT' }, retryAfterSeconds: 1 })
  })

  it('at the last step of a write leaves nothing of it', async () => {
    const writer = await folder.blobs.create(freshQuarantineKey())
    await writer.write(patternOf(MIB))
    await rename(folder.at('quarantine'), folder.at('elsewhere'))
    await expect(writer.commit()).rejects.toMatchObject(UNAVAILABLE)
    await writer.abort()
    expect(await folder.files()).toEqual([])
  })

  it('with a file that may not grow stops the write, at its end too, and leaves nothing of it', async () => {
    const source = (module: string) => JSON.stringify(path.join(import.meta.dirname, '../../src', module))
    const script = `
      const { openDisk } = await import(${source('blobs/disk/open-disk.ts')})
      const blobs = await openDisk(${JSON.stringify(folder.at())})
      const pour = async (writer, pieces) => {
        for (let n = 0; n < pieces; n++) await writer.write(Buffer.alloc(65536, n))
        await writer.commit()
      }
      for (const pieces of [32, 7]) {
        const writer = await blobs.create('quarantine/large.' + pieces)
        const error = await pour(writer, pieces).then(() => undefined, error => error)
        await writer.abort()
        console.log(pieces, error?.code, error?.cause?.code)
      }`
    // Blocks of 512 bytes in some shells, of 1024 in others: either way less than the 448 KiB that are flushed at the end.
    const limited = `ulimit -f 256; exec "$0" --input-type=module --eval "$1"`
    const run = promisify(execFile)
    const { stdout } = await run('/bin/sh', ['-c', limited, process.execPath, script])
    expect(stdout).toBe('32 service_unavailable EFBIG\n7 service_unavailable EFBIG\n')
    expect(await folder.files()).toEqual([])
  })
})
