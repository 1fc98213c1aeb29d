// Small files: one by one while there are few, and once there are many, by the group on a thread of their own.
import { link, unlink } from 'node:fs/promises'
import path from 'node:path'
import { unavailable } from '../../ground/errors.ts'
import { createGroups } from '../../ground/groups.ts'
import { ownsBuffer } from '../../ground/let-go.ts'
import { createOnceBusy } from '../../ground/once-busy.ts'
import { startThread } from '../../ground/thread.ts'
import type { FilePlace } from './file-writer.ts'
import type { FileOutcome, FileTask } from './files/task.ts'
import type { SyncFolder } from './folder-sync.ts'
import { putFile } from './put-file.ts'

const ENTRY = new URL(`./files/main${path.extname(import.meta.url)}`, import.meta.url)

/** Larger ones would hold up the small ones that come after them. */
const SMALL_BYTES = 64 * 1024
const MAX_GROUP = 64

export interface SmallFiles {
  /** Takes the bytes for good. Leaves nothing behind if it throws. */
  put(place: FilePlace, bytes: Uint8Array): Promise<void>
  /** A second name, durably. */
  link(from: string, to: string): Promise<void>
  unlink(file: string): Promise<void>
  close(): Promise<void>
}

type WorkOn = (task: FileTask) => Promise<void>

/**
 * Of six calls to the system each is handed to a thread and back, and where several threads make files in one folder they
 * wait for each other's locks: a file costs so a millisecond of processor time. One thread that works through many, and
 * is told of all at once, takes a fifth.
 */
export function createSmallFiles(syncFolder: SyncFolder): SmallFiles {
  const thread = createOnceBusy(startFileThread)
  const work: WorkOn = task => (thread.helperFor(1)?.work ?? (alone => workAlone(alone, syncFolder)))(task)
  return { ...smallFilesBy(work, syncFolder), close: thread.close }
}

export const smallFilesBy = (work: WorkOn, syncFolder: SyncFolder): Omit<SmallFiles, 'close'> => ({
  put: (place, bytes) =>
    bytes.byteLength > SMALL_BYTES ? putFile(place, bytes, syncFolder) : work({ kind: 'put', place, bytes }),
  link: (from, to) => work({ kind: 'link', from, to }),
  unlink: file => work({ kind: 'unlink', file }),
})

export async function startFileThread() {
  const { ask, ended, close } = await startThread<FileTask[], FileOutcome[]>(ENTRY)
  const work: WorkOn = createGroups(MAX_GROUP, async tasks => {
    const outcomes = await ask(tasks.map(alone), tasks.flatMap(givenWith)).catch(error =>
      Promise.reject(unavailable(error)),
    )
    return outcomes.map(outcome => (outcome === null ? { value: undefined } : { error: errorFrom(outcome) }))
  })
  return { work, ended, close }
}

async function workAlone(task: FileTask, syncFolder: SyncFolder): Promise<void> {
  if (task.kind === 'put') return putFile(task.place, task.bytes, syncFolder)
  if (task.kind === 'unlink') return unlink(task.file)
  await link(task.from, task.to)
  await syncFolder(path.dirname(task.to))
}

/** A view of a buffer that others use, too, would take all of it along. */
function alone(task: FileTask): FileTask {
  if (task.kind !== 'put' || ownsBuffer(task.bytes)) return task
  return { ...task, bytes: task.bytes.slice() }
}

/** Given instead of copied. */
const givenWith = (task: FileTask): ArrayBuffer[] =>
  task.kind === 'put' && ownsBuffer(task.bytes) ? [task.bytes.buffer] : []

const errorFrom = ({ code, message }: NonNullable<FileOutcome>): Error =>
  Object.assign(new Error(message), { code })
