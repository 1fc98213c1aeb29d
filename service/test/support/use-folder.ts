// A folder of bytes for tests that look behind its port.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type DiskBlobs, openDisk } from '../../src/blobs/disk/open-disk.ts'
import { leftoversOf } from './blobs.ts'

export interface Folder {
  blobs: DiskBlobs
  /** A path in the folder. */
  at(...parts: string[]): string
  /** Every file in the folder, relative to it, in order. */
  files(): Promise<string[]>
}

/** One folder for all tests of a suite, without leftovers at the beginning of each. */
export function useFolder(): Folder {
  const folder = createFolder()
  beforeAll(folder.open)
  afterEach(async () => {
    for (const key of await leftoversOf(folder.blobs, Date.now() + 60_000)) await folder.blobs.remove(key)
  })
  afterAll(folder.remove)
  return folder
}

/** A folder for each test, which may spoil it. */
export function useFreshFolder(): Folder {
  const folder = createFolder()
  beforeEach(folder.open)
  afterEach(folder.remove)
  return folder
}

function createFolder() {
  let parent = ''
  let blobs: DiskBlobs
  const at = (...parts: string[]) => path.join(parent, 'blobs', ...parts)
  return {
    get blobs() {
      return blobs
    },
    at,
    files: async () => {
      const entries = await readdir(at(), { recursive: true, withFileTypes: true })
      return entries
        .filter(entry => entry.isFile())
        .map(entry => path.relative(at(), path.join(entry.parentPath, entry.name)))
        .sort()
    },
    open: async () => {
      parent = await mkdtemp(path.join(tmpdir(), 'herbarium-folder-'))
      blobs = await openDisk(at())
    },
    remove: () => rm(parent, { recursive: true }),
  }
}
