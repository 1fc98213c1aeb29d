// A folder that keeps one backup, laid out like a data folder with a note beside it.
import { access, chmod, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Fault } from '../../ground/fault.ts'
import type { BackupFolder, BackupNote, ReadableBackup } from '../../upkeep/ports.ts'
import { entriesOf, hashOf, makeFolder, writeDurably } from './durable-file.ts'
import { createSyncFolder } from './folder-sync.ts'
import { openDisk } from './open-disk.ts'
import { codeOf, ifThere, onDisk } from './trouble.ts'

export const NOTE = 'backup.json'
export const ROWS = 'herbarium.db'
export const SECRET = 'secret.key'
/** Held while a backup is made; where it lies, a backup was at least begun. */
export const BACKUP_LOCK = 'backup.lock'
const DRAFT = 'herbarium.db.next'

/** Makes the folder; throws a Fault for one that holds anything but a backup. */
export async function claimBackupFolder(folder: string): Promise<void> {
  const entries = await entriesOf(folder)
  const isBackup = entries.length === 0 || entries.includes(NOTE) || entries.includes(BACKUP_LOCK)
  if (!isBackup)
    throw new Fault([`${folder} is not empty and holds no backup: name an empty folder, or one that is new.`])
  await makeFolder(folder, createSyncFolder())
}

/** Opens a claimed folder for the next backup. What a run that was cut off had begun is removed. */
export async function openBackupFolder(
  folder: string,
  secretFile: string | undefined,
): Promise<BackupFolder> {
  const syncFolder = createSyncFolder()
  const before = await unchangedNote(folder)
  const draft = path.join(folder, DRAFT)
  for (const end of ['', '-wal', '-shm', '-journal']) await rm(`${draft}${end}`, { force: true })
  const blobs = await openDisk(path.join(folder, 'blobs'))
  for await (const page of blobs.stored('incoming'))
    for (const { key, isOurs } of page) if (isOurs) await blobs.remove(key)
  const writeNote = (note: BackupNote) =>
    writeDurably(path.join(folder, NOTE), [Buffer.from(`${JSON.stringify(note, null, 2)}\n`)], syncFolder)
  return {
    blobs,
    draft,
    install: note =>
      onDisk(async () => {
        await chmod(draft, 0o600)
        const files: Record<string, string[]> = { [ROWS]: [await hashOf(draft)] }
        const secret = secretFile === undefined ? undefined : await readFile(secretFile)
        if (secret !== undefined)
          files[SECRET] = [await writeDurably(path.join(folder, `${SECRET}.next`), [secret], syncFolder)]
        // From here to the end either set of files is a backup: the note knows both.
        if (before !== undefined) await writeNote({ ...before, files: merged(before.files, files) })
        if (secret !== undefined) await rename(path.join(folder, `${SECRET}.next`), path.join(folder, SECRET))
        await rename(draft, path.join(folder, ROWS))
        await syncFolder(folder)
        await writeNote({ ...note, files })
      }),
  }
}

const merged = (some: BackupNote['files'], others: BackupNote['files']): BackupNote['files'] =>
  Object.fromEntries(
    Object.keys({ ...some, ...others }).map(name => [name, [...(some[name] ?? []), ...(others[name] ?? [])]]),
  )

/** Throws a Fault where the rows are no longer those of the backup: a server may have been started on it. */
async function unchangedNote(folder: string): Promise<BackupNote | undefined> {
  const note = await readNote(folder)
  if (note === undefined) return undefined
  if ((await faultOf(folder, note, ROWS)) === undefined) return note
  throw new Fault([
    `${path.join(folder, ROWS)} was changed since it was backed up, by damage or by a server that was started on it: name another folder.`,
  ])
}

/** Opens a backup to read it, without touching it; throws a Fault for what is none. */
export async function openReadableBackup(folder: string): Promise<ReadableBackup> {
  const note = await readNote(folder)
  if (note === undefined)
    throw new Fault([
      `${folder} holds no finished backup: it has no ${NOTE}. Name the folder that "herbarium backup" was given.`,
    ])
  return { note, blobs: await openDisk(path.join(folder, 'blobs'), { asIs: true }) }
}

/** What is wrong with a file beside the blobs. */
export async function faultOf(folder: string, note: BackupNote, name: string): Promise<string | undefined> {
  const file = path.join(folder, name)
  try {
    await access(file)
    return note.files[name]?.includes(await hashOf(file)) ? undefined : `${name} is not as it was backed up`
  } catch (error) {
    return `${name} cannot be read (${codeOf(error) ?? String(error)})`
  }
}

async function readNote(folder: string): Promise<BackupNote | undefined> {
  let text: string | undefined
  await ifThere(async () => {
    text = await readFile(path.join(folder, NOTE), 'utf8')
  })
  if (text === undefined) return undefined
  const note = parsed(text)
  if (isNote(note)) return note
  throw new Fault([
    `${path.join(folder, NOTE)} is not the note of a backup that this version can read: it is damaged, or a newer Herbarium wrote it.`,
  ])
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isNote = (note: unknown): note is BackupNote =>
  typeof note === 'object' &&
  note !== null &&
  'format' in note &&
  note.format === 1 &&
  'files' in note &&
  typeof note.files === 'object' &&
  note.files !== null &&
  ROWS in note.files &&
  Object.values(note.files).every(hashes => Array.isArray(hashes))
