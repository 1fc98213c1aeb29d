// Files beside the blobs: written whole and durably, or not at all.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { Fault } from '../../ground/fault.ts'
import { openFileWriter } from './file-writer.ts'
import type { SyncFolder } from './folder-sync.ts'
import { codeOf, onDisk } from './trouble.ts'

const CHUNK_BYTES = 512 * 1024

/** Replaces `target` at once; answers the SHA-256 of what was written, in hex. */
export async function writeDurably(
  target: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  syncFolder: SyncFolder,
): Promise<string> {
  const temporary = `${target}.new`
  await onDisk(() => rm(temporary, { force: true })) // of a run that was cut off
  const writer = await openFileWriter({ temporary, target }, syncFolder)
  const hash = createHash('sha256')
  try {
    for await (const chunk of bytes) {
      hash.update(chunk)
      await writer.write(chunk)
    }
    await writer.commit()
  } catch (error) {
    await writer.abort()
    throw error
  }
  return hash.digest('hex')
}

export const bytesOf = (file: string): AsyncIterable<Uint8Array> =>
  createReadStream(file, { highWaterMark: CHUNK_BYTES })

export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await onDisk(async () => {
    for await (const chunk of bytesOf(file)) hash.update(chunk)
  })
  return hash.digest('hex')
}

/** A volume's own folder is nobody's data. */
const NOT_DATA = new Set(['lost+found'])

/** What a folder has; none where it is not there. Throws a Fault for what is no folder, or cannot be read. */
export async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(name => !NOT_DATA.has(name))
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return []
    throw new Fault([`${folder} cannot be read as a folder (${codeOf(cause)}).`], { cause })
  }
}

export async function makeFolder(folder: string, syncFolder: SyncFolder): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await syncFolder(path.dirname(folder))
  } catch (cause) {
    throw new Fault([`${folder} cannot be made (${codeOf(cause)}): name a folder you may write.`], { cause })
  }
}
