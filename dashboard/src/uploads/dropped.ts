// The files of a drop or a paste; of a folder, those inside it.
import type { Dropped } from './item.ts'

/** To be called while the event is under way: what it carries is gone afterwards. */
export function filesIn(data: DataTransfer | null): Promise<Dropped[]> {
  const entries = [...(data?.items ?? [])]
    .filter(item => item.kind === 'file')
    .map(item => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  return Promise.all(
    entries.map(({ entry, file }) => {
      if (entry?.isDirectory) return walked(entry, '')
      return file === null ? [] : [{ file, folder: '' }]
    }),
  ).then(lists => lists.flat())
}

export const dropped = (files: Iterable<File>): Dropped[] => [...files].map(file => ({ file, folder: '' }))

async function walked(entry: FileSystemEntry, folder: string): Promise<Dropped[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    return file.name.startsWith('.') ? [] : [{ file, folder }]
  }
  if (!isFolder(entry)) return []
  const inside = folder === '' ? entry.name : `${folder}/${entry.name}`
  const lists = await Promise.all((await entriesOf(entry)).map(child => walked(child, inside)))
  return lists.flat()
}

/** Chromium gives a hundred at a time. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
