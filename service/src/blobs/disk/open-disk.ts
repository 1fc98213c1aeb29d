// Bytes in a folder: unfinished writes, quarantine and published media apart.
import { constants, type Stats } from 'node:fs'
import { access, link, mkdir, readdir, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Blobs, Leftovers } from '../../assets/ports.ts'
import { openFileWriter } from './file-writer.ts'
import { createSyncFolder } from './folder-sync.ts'
import { readFileRange } from './read-file.ts'
import { ifThere, onDisk } from './trouble.ts'

const KEY = /^(quarantine\/[\w-]+\.\d+|media\/[0-9a-f]{2}\/[0-9a-f]{32})$/
const LEFTOVERS_AT_ONCE = 500

export interface DiskBlobs extends Blobs {
  /** Throws unless files can be made here. */
  check(): Promise<void>
}

/** Opens the folder, making it and its parts where they are missing. */
export async function openDisk(root: string): Promise<DiskBlobs> {
  const syncFolder = createSyncFolder()
  const incoming = path.join(root, 'incoming')
  const quarantine = path.join(root, 'quarantine')
  await makeFolders(root, [incoming, quarantine], syncFolder)
  const fileOf = (key: string) => {
    if (!KEY.test(key)) throw new Error(`not a blob key: ${key}`)
    return path.join(root, key)
  }
  return {
    create: key =>
      openFileWriter({ temporary: path.join(incoming, path.basename(key)), target: fileOf(key) }, syncFolder),
    promote: (quarantineKey, mediaKey) =>
      onDisk(async () => {
        const target = fileOf(mediaKey)
        // A second name for the same bytes: until the row says who won, the first one keeps them safe.
        await link(fileOf(quarantineKey), target)
        await syncFolder(path.dirname(target))
      }),
    read: (key, range) => onDisk(() => readFileRange(fileOf(key), range)),
    withFile: (key, use) => use(fileOf(key)),
    remove: key => onDisk(() => ifThere(() => unlink(fileOf(key)))),
    leftovers: time => onDisk(() => leftovers({ incoming, quarantine }, time)),
    check: () => onDisk(() => access(incoming, constants.W_OK)),
  }
}

/** The media folders all exist from the start, so that publishing makes one name and syncs one folder. */
async function makeFolders(root: string, folders: string[], syncFolder: (folder: string) => Promise<void>) {
  const media = path.join(root, 'media')
  const shards = Array.from({ length: 256 }, (_, n) => path.join(media, n.toString(16).padStart(2, '0')))
  for (const folder of [...folders, media]) await mkdir(folder, { recursive: true, mode: 0o700 })
  const existing = await readdir(media)
  if (existing.length < shards.length) {
    for (const shard of shards) await mkdir(shard, { recursive: true, mode: 0o700 })
    for (const folder of [media, root, path.dirname(root)]) await syncFolder(folder)
  }
}

async function leftovers(
  folders: { incoming: string; quarantine: string },
  time: number,
): Promise<Leftovers> {
  const unfinished = await untouchedSince(folders.incoming, time)
  const quarantined = await untouchedSince(folders.quarantine, time)
  return {
    quarantined: quarantined.map(name => `quarantine/${name}`),
    discardUnfinished: async () => {
      for (const name of unfinished) await ifThere(() => unlink(path.join(folders.incoming, name)))
      return unfinished.length
    },
  }
}

async function untouchedSince(folder: string, time: number): Promise<string[]> {
  const names = await readdir(folder)
  const old: string[] = []
  for (const name of names) {
    if (old.length === LEFTOVERS_AT_ONCE) break
    const stats: Stats | undefined = await stat(path.join(folder, name)).catch(() => undefined)
    if (stats !== undefined && stats.mtimeMs < time) old.push(name)
  }
  return old
}
