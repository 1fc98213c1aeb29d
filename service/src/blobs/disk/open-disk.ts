// Bytes in a folder: unfinished writes, quarantine and published media apart.
import { constants } from 'node:fs'
import { access, mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { BlobStore } from '../../upkeep/ports.ts'
import { KEY, UNFINISHED_KEY } from '../keys.ts'
import { openFileWriter } from './file-writer.ts'
import { createSyncFolder } from './folder-sync.ts'
import { createPopularFiles } from './popular-files.ts'
import { readFileRange } from './read-file.ts'
import { findSavedFile } from './saved-file.ts'
import { createSmallFiles, type SmallFiles } from './small-files.ts'
import { storedFiles } from './stored-files.ts'
import { ifThere, onDisk } from './trouble.ts'

const PAGE = 500

export interface DiskBlobs extends BlobStore {
  /** Throws unless files can be made here. */
  check(): Promise<void>
  /** Waits for what is under way. */
  close(): Promise<void>
}

/** Opens the folder, making it and its parts where they are missing, unless it is to be read `asIs`. */
export async function openDisk(
  root: string,
  options: { asIs?: boolean; smallFiles?: SmallFiles } = {},
): Promise<DiskBlobs> {
  const syncFolder = createSyncFolder()
  const { smallFiles = createSmallFiles(syncFolder) } = options
  const popularFiles = createPopularFiles()
  const incoming = path.join(root, 'incoming')
  const quarantine = path.join(root, 'quarantine')
  if (!options.asIs) await makeFolders(root, [incoming, quarantine], syncFolder)
  const fileOf = (key: string) => {
    if (!KEY.test(key)) throw new Error(`not a blob key: ${key}`)
    return path.join(root, key)
  }
  const placeOf = (key: string) => ({
    temporary: path.join(incoming, path.basename(key)),
    target: fileOf(key),
  })
  return {
    create: async key => openFileWriter(placeOf(key), syncFolder),
    put: (key, bytes) => onDisk(async () => smallFiles.put(placeOf(key), bytes)),
    saved: async (key, sizeBytes) => findSavedFile(placeOf(key), syncFolder, sizeBytes),
    promote: (quarantineKey, mediaKey) =>
      // A second name for the same bytes: until the row says who won, the first one keeps them safe.
      onDisk(async () => smallFiles.link(fileOf(quarantineKey), fileOf(mediaKey))),
    read: (key, range, delivery) =>
      onDisk(() =>
        delivery === undefined
          ? readFileRange(fileOf(key), range)
          : popularFiles.read(fileOf(key), range, delivery.out),
      ),
    withFile: (key, use) => onDisk(async () => use(fileOf(key))),
    remove: key =>
      onDisk(async () => {
        const file = UNFINISHED_KEY.test(key) ? path.join(root, key) : fileOf(key)
        popularFiles.forget(file)
        await ifThere(() => smallFiles.unlink(file))
      }),
    leftovers: time => leftovers(root, time),
    ...storedFiles(root),
    check: () => onDisk(() => access(incoming, constants.W_OK)),
    close: smallFiles.close,
  }
}

/** The media folders all exist from the start, so that publishing makes one name and syncs one folder. */
async function makeFolders(root: string, folders: string[], syncFolder: (folder: string) => Promise<void>) {
  const media = path.join(root, 'media')
  const shards = Array.from({ length: 256 }, (_, n) => path.join(media, n.toString(16).padStart(2, '0')))
  for (const folder of [...folders, media]) await mkdir(folder, { recursive: true, mode: 0o700 })
  const existing = new Set(await readdir(media))
  for (const shard of shards)
    if (!existing.has(path.basename(shard))) await mkdir(shard, { recursive: true, mode: 0o700 })
  // Each time: a process that made them may have died before it synced them.
  const dataDir = path.dirname(root)
  for (const folder of [media, root, dataDir, path.dirname(dataDir)]) await syncFolder(folder)
}

/** Pages of keys in the two folders where nothing is meant to stay; a file of any other name is not ours. */
async function* leftovers(root: string, time: number): AsyncGenerator<string[]> {
  for (const area of ['incoming', 'quarantine']) {
    const keys = (await onDisk(() => readdir(path.join(root, area)))).map(name => `${area}/${name}`)
    const ours = keys.filter(key => KEY.test(key) || UNFINISHED_KEY.test(key))
    for (let at = 0; at < ours.length; at += PAGE) {
      const page = ours.slice(at, at + PAGE)
      const old = await Promise.all(page.map(key => isUntouchedSince(path.join(root, key), time)))
      yield page.filter((_, n) => old[n])
    }
  }
}

const isUntouchedSince = async (file: string, time: number): Promise<boolean> =>
  ((await stat(file).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY) < time
