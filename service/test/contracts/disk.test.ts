// The folder keeps every promise of the bytes.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createSyncFolder } from '../../src/blobs/disk/folder-sync.ts'
import { type DiskBlobs, openDisk } from '../../src/blobs/disk/open-disk.ts'
import { smallFilesBy, startFileThread } from '../../src/blobs/disk/small-files.ts'
import { type BlobStore, describeBlobs } from './blobs-contract.ts'
import { describeSavedBlobs } from './saved-blobs-contract.ts'
import { describeStored } from './stored-contract.ts'

const openStore = (): Promise<BlobStore> => storeOf(openDisk)

/** As it is once many small files come. */
async function openBusy(): Promise<BlobStore> {
  const thread = await startFileThread()
  const smallFiles = { ...smallFilesBy(thread.work, createSyncFolder()), close: thread.close }
  const { close, ...store } = await storeOf(root => openDisk(root, { smallFiles }))
  return { ...store, close: () => thread.close().then(close) }
}

async function storeOf(open: (root: string) => Promise<DiskBlobs>): Promise<BlobStore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-bytes-'))
  const root = path.join(folder, 'blobs')
  return {
    blobs: await open(root),
    openAgain: () => open(root),
    close: () => rm(folder, { recursive: true }),
  }
}

describeBlobs('A folder', openStore)
describeBlobs('A folder, small files by a thread', openBusy)
describeSavedBlobs('A folder', openStore)
describeStored('A folder', openStore)
