// Everything that lies in the folder, named or not.
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Area, StoredBytes, StoredFile } from '../../upkeep/ports.ts'
import { isOurs } from '../keys.ts'
import { codeOf, onDisk } from './trouble.ts'

const PAGE = 500

export const storedFiles = (root: string): StoredBytes => ({
  stored: area => storedIn(root, area),
  findStored: async key => (isOurs(key) ? onDisk(() => fileAt(root, key)) : undefined),
})

async function* storedIn(root: string, area: Area): AsyncGenerator<StoredFile[]> {
  const names = await namesIn(path.join(root, area))
  if (area !== 'media') return yield* pagesOf(root, area, names)
  yield* pagesOf(
    root,
    area,
    names.filter(name => !isShard(name)),
  )
  for (const shard of names.filter(isShard))
    yield* pagesOf(root, `${area}/${shard}`, await namesIn(path.join(root, area, shard)))
}

const isShard = (name: string): boolean => /^[0-9a-f]{2}$/.test(name)

const namesIn = (folder: string): Promise<string[]> =>
  onDisk(() =>
    readdir(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }),
  )

async function* pagesOf(root: string, folder: string, names: string[]): AsyncGenerator<StoredFile[]> {
  for (let at = 0; at < names.length; at += PAGE) {
    const page = names.slice(at, at + PAGE).map(name => onDisk(() => fileAt(root, `${folder}/${name}`)))
    yield (await Promise.all(page)).filter(file => file !== undefined)
  }
}

/** A file's first name may be older than its last: only the change time tells when it got that one. */
async function fileAt(root: string, key: string): Promise<StoredFile | undefined> {
  try {
    const found = await lstat(path.join(root, key))
    const touchedAt = Math.max(found.mtimeMs, found.ctimeMs)
    return { key, bytes: found.size, touchedAt, isOurs: found.isFile() && isOurs(key) }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
