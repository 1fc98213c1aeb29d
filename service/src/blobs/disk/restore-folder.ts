// A data folder on its way out of a backup.
import { rename, rm, unlink } from 'node:fs/promises'
import path from 'node:path'
import { Fault } from '../../ground/fault.ts'
import type { BackupNote, RestoreFolder } from '../../upkeep/ports.ts'
import { faultOf, ROWS, SECRET } from './backup-folder.ts'
import { bytesOf, entriesOf, makeFolder, writeDurably } from './durable-file.ts'
import { createSyncFolder } from './folder-sync.ts'
import { openDisk } from './open-disk.ts'
import { onDisk } from './trouble.ts'

/** Held while a folder is restored; where it lies, the restore has not come to its end. */
export const RESTORE_LOCK = 'restore.lock'
const DRAFT = 'herbarium.db.restored'

/** Makes the folder; throws a Fault for one that holds anything but a restore that was cut off. */
export async function claimRestoreFolder(dataDir: string): Promise<void> {
  const entries = await entriesOf(dataDir)
  const isCutOff = entries.includes(RESTORE_LOCK) && entries.every(name => isLock(name) || isOurs(name))
  if (entries.length > 0 && !isCutOff)
    throw new Fault([
      `DATA_DIR ${dataDir} is not empty: a backup is restored into a folder that is new or empty, so name another, or move this one away.`,
    ])
  await makeFolder(dataDir, createSyncFolder())
}

/** The lock, and the journal that a process leaves with it when it is killed. */
const isLock = (name: string): boolean => name.startsWith(RESTORE_LOCK)

const isOurs = (name: string): boolean => ['blobs', ROWS, DRAFT, SECRET].some(ours => name.startsWith(ours))

/** Opens a claimed folder, emptied of what a restore that was cut off had made. */
export async function openRestoreFolder(
  dataDir: string,
  backup: { folder: string; note: BackupNote },
): Promise<RestoreFolder> {
  const syncFolder = createSyncFolder()
  const draft = path.join(dataDir, DRAFT)
  const clear = async () => {
    for (const name of await entriesOf(dataDir))
      if (isOurs(name)) await rm(path.join(dataDir, name), { recursive: true, force: true })
  }
  if (!(await entriesOf(dataDir)).includes(RESTORE_LOCK))
    throw new Fault([`DATA_DIR ${dataDir} was restored by another command meanwhile.`])
  await clear()
  await syncFolder(dataDir)
  const names = Object.keys(backup.note.files).filter(name => name === ROWS || name === SECRET)
  const take = async (name: string): Promise<string | undefined> => {
    const fault = await faultOf(backup.folder, backup.note, name)
    if (fault !== undefined) return fault
    const target = name === ROWS ? draft : path.join(dataDir, name)
    const sha256 = await writeDurably(target, bytesOf(path.join(backup.folder, name)), syncFolder)
    return backup.note.files[name]?.includes(sha256) ? undefined : `${name} is not as it was backed up`
  }
  return {
    blobs: await openDisk(path.join(dataDir, 'blobs')),
    draft,
    takeFiles: async () => {
      const faults: string[] = []
      for (const name of names) faults.push(...[await take(name)].filter(fault => fault !== undefined))
      return faults
    },
    finish: () =>
      onDisk(async () => {
        await rename(draft, path.join(dataDir, ROWS))
        await syncFolder(dataDir)
        await unlink(path.join(dataDir, RESTORE_LOCK))
        await syncFolder(dataDir)
      }),
    clear: async () => {
      await clear()
      await rm(path.join(dataDir, RESTORE_LOCK), { force: true })
    },
  }
}
