// The folder keeps every promise of the bytes.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDisk } from '../../src/blobs/disk/open-disk.ts'
import { type BlobStore, describeBlobs } from './blobs-contract.ts'
import { describeSavedBlobs } from './saved-blobs-contract.ts'
import { describeStored } from './stored-contract.ts'

async function openStore(): Promise<BlobStore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'herbarium-bytes-'))
  const root = path.join(folder, 'blobs')
  return {
    blobs: await openDisk(root),
    openAgain: () => openDisk(root),
    close: () => rm(folder, { recursive: true }),
  }
}

describeBlobs('A folder', openStore)
describeSavedBlobs('A folder', openStore)
describeStored('A folder', openStore)
