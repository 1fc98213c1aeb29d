// A disk that remembers what was synced: the names in each folder, and the bytes of each file.
import path from 'node:path'
import type { DiskEvent } from './disk-events.ts'

interface Range {
  start: number
  end: number
  /** The thread that wrote it, and whether it has woken another since. */
  thread: string
  isTold: boolean
}

/** A file by whatever names it has. */
export interface Inode {
  size: number
  /** As long as the file was when it was last synced. */
  syncedSize: number
  /** Written since, or while that sync ran. */
  unsynced: Set<Range>
  /** Where the next write without a place goes. */
  position: number
  isFolder: boolean
}

export interface DiskModel {
  apply(event: DiskEvent): void
  /** The file that has this name now. */
  find(file: string): Inode | undefined
  /** The file that would have this name after a loss of power now. */
  survivor(file: string): Inode | undefined
  /** Every name that would survive, whose folders would too. */
  survivors(): { file: string; inode: Inode }[]
  /** A name that the file has now. */
  nameOf(inode: Inode): string | undefined
  /** Bytes of the file that are not synced and of which this thread may know: its own, and those it may have been told of. */
  knownUnsynced(file: string, thread: string): number
}

/** What is below `root` and in `existing` was synced long ago; everything elsewhere is left out. */
export function createDiskModel(
  root: string,
  existing: { file: string; size: number | 'folder' }[],
): DiskModel {
  const live = new Map<string, Inode>()
  const durable = new Map<string, Inode>()
  const syncs = new Map<number, { inode: Inode | undefined; ranges: Range[]; size: number; names: Names }>()
  for (const { file, size } of existing) {
    const inode = newInode(size === 'folder' ? 0 : size, size === 'folder')
    live.set(file, inode)
    durable.set(file, inode)
  }
  let untold: Range[] = []
  const wake = (thread: string) => {
    for (const range of untold) if (range.thread === thread) range.isTold = true
    untold = untold.filter(({ isTold }) => !isTold)
  }
  const begin = ({ path: file, sync }: Extract<DiskEvent, { kind: 'sync began' }>) => {
    const inode = live.get(file)
    const ranges = [...(inode?.unsynced ?? [])]
    syncs.set(sync, { inode, ranges, size: inode?.size ?? 0, names: namesIn(live, file) })
  }
  const end = ({ path: file, sync }: Extract<DiskEvent, { kind: 'sync ended' }>) => {
    const begun = syncs.get(sync)
    if (begun?.inode !== undefined) settle(begun.inode, begun)
    if (begun !== undefined && (file === root || begun.inode?.isFolder)) setNames(durable, file, begun.names)
  }
  const apply = (event: DiskEvent): void => {
    if (event.kind === 'sync began') begin(event)
    else if (event.kind === 'sync ended') end(event)
    else if (event.kind === 'wake') wake(event.thread)
    else if (event.kind === 'write') untold.push(...write(live.get(event.path), event))
    else if (event.kind !== 'send' && event.kind !== 'sync failed')
      change(live, event, file => file.startsWith(`${root}/`))
  }
  const stands = (file: string): boolean =>
    path.dirname(file) === root || (durable.has(path.dirname(file)) && stands(path.dirname(file)))
  return {
    apply,
    find: file => live.get(file),
    survivor: file => (stands(file) ? durable.get(file) : undefined),
    survivors: () => [...durable].filter(([file]) => stands(file)).map(([file, inode]) => ({ file, inode })),
    knownUnsynced: (file, thread) =>
      [...(live.get(file)?.unsynced ?? [])]
        .filter(range => range.isTold || range.thread === thread)
        .reduce((sum, { start, end }) => sum + end - start, 0),
    nameOf: inode => [...live].find(([, other]) => other === inode)?.[0],
  }
}

type Names = [string, Inode][]

const newInode = (size: number, isFolder: boolean): Inode => ({
  size,
  syncedSize: size,
  unsynced: new Set(),
  position: 0,
  isFolder,
})

function change(
  live: Map<string, Inode>,
  event: Exclude<
    DiskEvent,
    { kind: 'sync began' | 'sync ended' | 'sync failed' | 'send' | 'wake' | 'write' }
  >,
  isOurs: (file: string) => boolean,
): void {
  switch (event.kind) {
    case 'create':
      if (isOurs(event.path)) create(live, event)
      break
    case 'mkdir':
      if (isOurs(event.path) && !live.has(event.path)) live.set(event.path, newInode(0, true))
      break
    case 'truncate':
      truncate(live.get(event.path), event.bytes)
      break
    case 'unlink':
      live.delete(event.path)
      break
    case 'link':
    case 'rename':
      move(live, event)
  }
}

function create(live: Map<string, Inode>, event: Extract<DiskEvent, { kind: 'create' }>): void {
  const found = live.get(event.path)
  const inode = found ?? newInode(0, false)
  if (found === undefined) live.set(event.path, inode)
  if (event.truncates) truncate(inode, 0)
  inode.position = event.appends ? inode.size : 0
}

function write(
  inode: Inode | undefined,
  { at, bytes, thread }: Extract<DiskEvent, { kind: 'write' }>,
): Range[] {
  if (inode === undefined || bytes === 0) return []
  const start = at ?? inode.position
  const range = { start, end: start + bytes, thread, isTold: false }
  inode.unsynced.add(range)
  inode.size = Math.max(inode.size, start + bytes)
  if (at === undefined) inode.position = start + bytes
  return [range]
}

/** What a shorter file had beyond its end is not asked for again. */
function truncate(inode: Inode | undefined, bytes: number): void {
  if (inode === undefined) return
  inode.size = bytes
  inode.syncedSize = Math.min(inode.syncedSize, bytes)
}

function move(
  live: Map<string, Inode>,
  { kind, from, to }: { kind: 'rename' | 'link'; from: string; to: string },
) {
  const inode = live.get(from)
  if (inode === undefined) return
  live.set(to, inode)
  if (kind === 'rename') live.delete(from)
}

function settle(inode: Inode, sync: { ranges: Range[]; size: number }): void {
  for (const range of sync.ranges) inode.unsynced.delete(range)
  inode.syncedSize = Math.min(sync.size, inode.size)
}

const namesIn = (live: Map<string, Inode>, folder: string): Names =>
  [...live].filter(([file]) => path.dirname(file) === folder)

/** A synced folder has these names and no others. */
function setNames(durable: Map<string, Inode>, folder: string, names: Names): void {
  for (const file of [...durable.keys()]) if (path.dirname(file) === folder) durable.delete(file)
  for (const [file, inode] of names) durable.set(file, inode)
}
