// A group of small files, worked on without a pause: what is quick by far for one thread alone.
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { codeOf } from '../trouble.ts'
import type { FileOutcome, FileTask } from './task.ts'

/** A disk that takes longer for one sync is asked for several at once, which it makes together. */
const SLOW_SYNC_MS = 2

type PutTask = Extract<FileTask, { kind: 'put' }>

/** A task on its way: the first failure is its outcome, and it goes no further. */
interface Work<Task extends FileTask = FileTask> {
  task: Task
  outcome: FileOutcome
  descriptor?: number
  /** The temporary file is there by our hand; one of that name may be somebody else's. */
  isMade: boolean
}

/**
 * The order is that of one file after the other: temporary file, fdatasync, rename, fsync of the folder; only that each
 * step is made for all of them before the next. Nothing is left of a file that could not be put.
 */
export async function workThrough(tasks: FileTask[]): Promise<FileOutcome[]> {
  const works: Work[] = tasks.map(task => ({ task, outcome: null, isMade: false }))
  const puts = works.filter((work): work is Work<PutTask> => work.task.kind === 'put')
  for (const work of puts) attempt(work, write)
  await syncAll(puts)
  for (const work of puts) attempt(work, name)
  for (const work of works) attempt(work, linkOrUnlink)
  syncFolders(works)
  for (const work of puts) if (work.outcome !== null && work.isMade) leaveNothing(work)
  return works.map(({ outcome }) => outcome)
}

function attempt<W extends Work>(work: W, act: (work: W) => void): void {
  if (work.outcome !== null) return
  try {
    act(work)
  } catch (error) {
    work.outcome = outcomeOf(error)
  }
}

const outcomeOf = (error: unknown): FileOutcome => ({
  code: codeOf(error) ?? 'EIO',
  message: error instanceof Error ? error.message : String(error),
})

function write(work: Work<PutTask>): void {
  const { place, bytes } = work.task
  work.descriptor = openSync(place.temporary, 'wx', 0o600)
  work.isMade = true
  for (let done = 0; done < bytes.byteLength; ) done += writeSync(work.descriptor, bytes, done)
}

async function syncAll(puts: Work<PutTask>[]): Promise<void> {
  const [first, ...others] = puts.filter(({ outcome }) => outcome === null)
  if (first === undefined) return
  const began = performance.now()
  attempt(first, ({ descriptor = -1 }) => fdatasyncSync(descriptor))
  if (performance.now() - began < SLOW_SYNC_MS)
    for (const work of others) attempt(work, ({ descriptor = -1 }) => fdatasyncSync(descriptor))
  else await Promise.all(others.map(syncApart))
}

const datasync = promisify(fdatasync)

async function syncApart(work: Work<PutTask>): Promise<void> {
  await datasync(work.descriptor ?? -1).catch(error => {
    work.outcome = outcomeOf(error)
  })
}

function name(work: Work<PutTask>): void {
  close(work)
  renameSync(work.task.place.temporary, work.task.place.target)
}

function close(work: Work): void {
  const { descriptor } = work
  delete work.descriptor
  if (descriptor !== undefined) closeSync(descriptor)
}

function linkOrUnlink({ task }: Work): void {
  if (task.kind === 'link') linkSync(task.from, task.to)
  if (task.kind === 'unlink') unlinkSync(task.file)
}

/** Each folder once, for all names that were made in it. */
function syncFolders(works: Work[]): void {
  const inFolders = Map.groupBy(works, ({ task }) => path.dirname(nameMade(task) ?? ''))
  for (const [folder, there] of inFolders) {
    const made = there.filter(({ task, outcome }) => outcome === null && nameMade(task) !== undefined)
    if (made.length === 0) continue
    try {
      syncFolder(folder)
    } catch (error) {
      for (const work of made) work.outcome = outcomeOf(error)
    }
  }
}

const nameMade = (task: FileTask): string | undefined => {
  if (task.kind === 'put') return task.place.target
  return task.kind === 'link' ? task.to : undefined
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Where it has its target's name already, the sweep finds it. */
function leaveNothing(work: Work<PutTask>): void {
  try {
    close(work)
    unlinkSync(work.task.place.temporary)
  } catch {
    // it has the other name, or the sweep finds it
  }
}
