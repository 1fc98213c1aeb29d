// Files are closed again, however their reading or writing ends. Only Linux tells which ones are open.
import { readdir, readlink, rename, truncate } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { beforeEach, describe, expect, it } from 'vitest'
import { freshQuarantineKey, patternOf, put } from '../support/blobs.ts'
import { type Folder, useFolder, useFreshFolder } from '../support/use-folder.ts'

const MIB = 1024 * 1024
const UNAVAILABLE = { code: 'service_unavailable' }

/** The files in the folder that this process holds open. */
async function openFilesIn(folder: Folder): Promise<string[]> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return links.filter(link => link.startsWith(folder.at()))
}

describe.runIf(process.platform === 'linux')('A reader leaves no file open', () => {
  const folder = useFolder()
  const large = { start: 0, end: 3 * MIB - 1 }
  let key = ''
  beforeEach(async () => {
    key = freshQuarantineKey()
    await put(folder.blobs, key, patternOf(3 * MIB))
  })

  it('when it has read all, much or little', async () => {
    for (const range of [large, { start: 5, end: 5 }, { start: 0, end: MIB }])
      await buffer(await folder.blobs.read(key, range))
    expect(await openFilesIn(folder)).toEqual([])
  })

  it('when it drops the rest', async () => {
    for await (const _ of await folder.blobs.read(key, large)) {
      expect(await openFilesIn(folder)).toHaveLength(1)
      break
    }
    expect(await openFilesIn(folder)).toEqual([])
  })

  it('when it ends before it began', async () => {
    const iterator = (await folder.blobs.read(key, large))[Symbol.asyncIterator]()
    expect(await openFilesIn(folder)).toHaveLength(1)
    await iterator.return?.()
    expect(await openFilesIn(folder)).toEqual([])
  })

  it('when the file turns out to be too short, at once or on the way', async () => {
    await truncate(folder.at(key), 2 * MIB)
    for (const range of [large, { start: 2 * MIB - 1, end: 2 * MIB }, { start: 2 * MIB, end: 3 * MIB - 1 }])
      await expect(folder.blobs.read(key, range).then(buffer)).rejects.toMatchObject(UNAVAILABLE)
    expect(await openFilesIn(folder)).toEqual([])
  })
})

describe.runIf(process.platform === 'linux')('A writer leaves no file open', () => {
  const folder = useFreshFolder()

  it.each(['commit', 'abort'] as const)('when it ends with %s', async end => {
    const writer = await folder.blobs.create(freshQuarantineKey())
    await writer.write(patternOf(MIB))
    expect(await openFilesIn(folder)).toHaveLength(1)
    await writer[end]()
    expect(await openFilesIn(folder)).toEqual([])
  })

  it('when it cannot commit', async () => {
    const writer = await folder.blobs.create(freshQuarantineKey())
    await writer.write(patternOf(10))
    await rename(folder.at('quarantine'), folder.at('elsewhere'))
    await expect(writer.commit()).rejects.toMatchObject(UNAVAILABLE)
    await writer.abort()
    expect(await openFilesIn(folder)).toEqual([])
  })
})
