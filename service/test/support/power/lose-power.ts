// Making the folder that a loss of power would leave of a recorded one.
import { copyFile, link, mkdir, open, readdir, stat, truncate } from 'node:fs/promises'
import path from 'node:path'
import type { DiskModel, Inode } from './disk-model.ts'

/** Every file and folder below `root`, as the model takes them for what was there before. */
export async function listExisting(root: string): Promise<{ file: string; size: number | 'folder' }[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return Promise.all(
    entries.map(async entry => {
      const file = path.join(entry.parentPath, entry.name)
      return { file, size: entry.isDirectory() ? ('folder' as const) : (await stat(file)).size }
    }),
  )
}

/**
 * Builds in `target` what would be left of `root`: names that were not synced are gone, or back again; files are cut
 * to the length they were synced with, and what was overwritten since is zeros. SQLite's shared memory is left out,
 * which it makes anew.
 */
export async function losePower(model: DiskModel, root: string, target: string): Promise<void> {
  const made = new Map<Inode, string>()
  const survivors = model.survivors().filter(({ file }) => !file.endsWith('-shm'))
  for (const { file, inode } of survivors.sort((a, b) => a.file.length - b.file.length)) {
    const place = path.join(target, path.relative(root, file))
    const twin = made.get(inode)
    if (inode.isFolder) await mkdir(place, { recursive: true })
    else if (twin !== undefined) await link(twin, place)
    else await restore(model.nameOf(inode), place, inode)
    made.set(inode, place)
  }
}

async function restore(source: string | undefined, place: string, inode: Inode): Promise<void> {
  const isThere = source !== undefined && (await stat(source).catch(() => undefined)) !== undefined
  // A removed file that comes back was of no use any more: its length is all that is known.
  if (isThere) await copyFile(source, place)
  else await (await open(place, 'w')).close()
  await truncate(place, inode.syncedSize)
  const handle = await open(place, 'r+')
  for (const { start, end } of inode.unsynced) {
    const bytes = Math.min(end, inode.syncedSize) - start
    if (bytes > 0) await handle.write(Buffer.alloc(bytes), 0, bytes, start)
  }
  await handle.close()
}
